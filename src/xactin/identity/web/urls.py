"""The addresses of the room."""

from django.urls import URLPattern, URLResolver, include, path

from xactin.identity.web import readings, substitutes, views
from xactin.identity.web.administration import agencies, calendars, people, posts
from xactin.identity.web.sign_in.signup import signup

_own: list[URLPattern | URLResolver] = [
    path("me/", views.me, name="me"),
    path("me/hat/", views.wear_hat, name="wear_hat"),
    path("me/keys/", views.keys, name="keys"),
    path("me/keys/add/", views.add_passkey, name="add_passkey"),
    path("me/keys/rotate/", views.rotate_key, name="rotate_key"),
    path("me/keys/<str:key>/revoke/", views.revoke_key, name="revoke_key"),
    path("me/tokens/", views.tokens, name="tokens"),
    path("me/tokens/<int:token>/revoke/", views.revoke_token, name="revoke_token"),
    path("me/readings/", readings.own_readings, name="own_readings"),
    path("me/substitutes/", substitutes.substitutes, name="substitutes"),
    path("me/substitutes/<uuid:holding>/end/", substitutes.end, name="end_substitute"),
    path("agencies/posts/<str:code>/substitute/<uuid:person>/", substitutes.substitute, name="substitute"),
    path("readings/", readings.readings, name="readings"),
    path("me/sessions/<int:session>/end/", views.end_session, name="end_session"),
    path("people/", people.people, name="people"),
    path("people/add/", people.add_person, name="add_person"),
    path("people/<uuid:person>/", people.person, name="person"),
    path("people/<uuid:person>/verify/", people.verify, name="verify_person"),
    path("people/<uuid:person>/invite/", people.invite, name="invite"),
    path("people/<uuid:person>/deactivate/", people.deactivate, name="deactivate"),
    path("people/<uuid:person>/reactivate/", people.reactivate, name="reactivate"),
    path("agencies/", agencies.tree, name="agencies"),
    path("agencies/<str:code>/", agencies.agency, name="agency"),
    path("agencies/<str:code>/calendar/", calendars.edit_calendar, name="calendar"),
    path("agencies/<str:code>/add/", agencies.add_agency, name="add_agency"),
    path("agencies/<str:code>/posts/add/", agencies.add_post, name="add_post"),
    path("agencies/posts/<str:code>/appoint/", posts.appoint, name="appoint"),
    path("agencies/posts/<str:code>/duties/", posts.duties, name="duties"),
    path("agencies/<str:code>/edit/", agencies.edit_agency, name="edit_agency"),
    path("agencies/posts/<str:code>/edit/", posts.edit_post, name="edit_post"),
    path("agencies/posts/<str:code>/policy/", posts.policy, name="policy"),
    path("agencies/holdings/<uuid:holding>/end/", posts.end_holding, name="end_holding"),
    path("proposals/", posts.proposals, name="proposals"),
    path("proposals/<uuid:proposal>/", posts.answer, name="answer"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/signup/", signup, name="account_signup"),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("accounts/sessions/", include("allauth.usersessions.urls")),
    path("", include((_own, "identity"))),
]
