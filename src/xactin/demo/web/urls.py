"""The addresses of the room; on a real authority none of them exists."""

from django.urls import path

from xactin.demo.web import together, views

app_name = "demo"
urlpatterns = [
    path("demo/", views.walk, name="walk"),
    path("demo/enter/<str:username>/", views.enter, name="enter"),
    path("demo/together/", together.begin, name="together"),
    path("demo/together/<uuid:case>/", together.desks, name="desks"),
    path("demo/together/<uuid:case>/state/", together.state, name="state"),
    path("demo/together/<uuid:case>/answer/<str:task>/", together.answer, name="answer"),
    path("demo/together/<uuid:case>/change/", together.change, name="change"),
    path("demo/forge/", views.forge, name="forge"),
    path("demo/forge/proof.json", views.proof, name="proof"),
]
