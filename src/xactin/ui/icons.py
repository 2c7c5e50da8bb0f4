"""Our own line icons, 24 x 24, drawn inline so that a page needs no further request. Pure."""

# ruff: noqa: E501 (drawings)

from collections.abc import Mapping

ICONS: Mapping[str, str] = {
    "alert": '<circle cx="12" cy="12" r="9"/><path d="M12 7.5v5.5M12 16.4v.1"/>',
    "arrow-left": '<path d="M20 12H4m6-6-6 6 6 6"/>',
    "arrow-right": '<path d="M4 12h16m-6-6 6 6-6 6"/>',
    "bell": '<path d="M6 16.5V11a6 6 0 0 1 12 0v5.5l1.5 2h-15zM10 21h4"/>',
    "building": '<path d="M4 21V8l8-5 8 5v13M2.5 21h19M8.5 21v-6h7v6M8.5 11h.1M12 11h.1M15.5 11h.1"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/><path d="M3.5 10h17M8 2.8V7M16 2.8V7"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "check-circle": '<circle cx="12" cy="12" r="9"/><path d="m7.8 12.3 3 3 5.6-6.2"/>',
    "chevron-down": '<path d="m5 9 7 7 7-7"/>',
    "chevron-right": '<path d="m9 5 7 7-7 7"/>',
    "clock": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5.3l3.4 2"/>',
    "close": '<path d="m5.5 5.5 13 13m0-13-13 13"/>',
    "database": '<ellipse cx="12" cy="6" rx="8" ry="3"/><path d="M4 6v12c0 1.7 3.6 3 8 3s8-1.3 8-3V6M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3"/>',
    "download": '<path d="M12 3.5v12m-5-5 5 5 5-5M4 20.5h16"/>',
    "edit": '<path d="M4 20h4L19.5 8.5l-4-4L4 16zM13 7l4 4"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12z"/><circle cx="12" cy="12" r="3"/>',
    "file": '<path d="M6 2.8h8l5 5v13.4H6zM14 2.8v5h5"/>',
    "filter": '<path d="M3.5 5h17l-6.5 8v6l-4 2v-8z"/>',
    "flag": '<path d="M5.5 21.5V3.5h13l-3 4.5 3 4.5h-13"/>',
    "globe": '<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 2.7 4 5.7 4 9s-1 6.3-4 9c-3-2.7-4-5.7-4-9s1-6.3 4-9z"/>',
    "help": '<circle cx="12" cy="12" r="9"/><path d="M9.3 9.4c.2-1.5 1.3-2.4 2.8-2.4 1.6 0 2.8 1 2.8 2.5 0 2-2.8 2.2-2.8 4.3M12 17v.1"/>',
    "home": '<path d="m3 11 9-7.5 9 7.5M5.5 9v11.5h13V9"/>',
    "inbox": '<path d="M3.5 13.5 6.5 4h11l3 9.5V20h-17zM3.5 13.5h5l1.2 2.5h4.6l1.2-2.5h5"/>',
    "info": '<circle cx="12" cy="12" r="9"/><path d="M12 11v5.5M12 7.5v.1"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="m11.3 12.3 8.2-8.3m-3.7 3.7 3 3"/>',
    "link": '<path d="M10 14a4 4 0 0 0 6 .3l3-3a4 4 0 0 0-5.7-5.6l-1.5 1.5M14 10a4 4 0 0 0-6-.3l-3 3a4 4 0 0 0 5.7 5.6l1.5-1.5"/>',
    "list": '<path d="M8.5 6h12M8.5 12h12M8.5 18h12M4 6h.1M4 12h.1M4 18h.1"/>',
    "menu": '<path d="M3.5 6.5h17M3.5 12h17M3.5 17.5h17"/>',
    "minus": '<path d="M5 12h14"/>',
    "money": '<rect x="2.5" y="6" width="19" height="12" rx="1.5"/><circle cx="12" cy="12" r="2.8"/><path d="M6 9.5v.1M18 14.4v.1"/>',
    "pause": '<circle cx="12" cy="12" r="9"/><path d="M9.8 8.8v6.4M14.2 8.8v6.4"/>',
    "people": '<circle cx="9" cy="8" r="3.6"/><path d="M2.5 20c.4-3.9 3-6 6.5-6s6.1 2.1 6.5 6M15.5 4.7a3.6 3.6 0 0 1 0 6.6M17.5 14.5c2.3.8 3.7 2.7 4 5.5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4 20.5c.6-4.1 3.7-6.5 8-6.5s7.4 2.4 8 6.5"/>',
    "phone": '<rect x="6.5" y="2.5" width="11" height="19" rx="2"/><path d="M11 18.5h2"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "print": '<path d="M7 8.5V3.5h10v5M7 17H3.5V8.5h17V17H17M7 14h10v6.5H7z"/>',
    "qr": '<path d="M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2.5v2.5M20 14v.1M14 20v-.1M17.5 20H20v-2.5"/>',
    "refresh": '<path d="M20 11.5a8 8 0 0 0-14.5-4L3.5 10M3.5 4.5V10H9M4 12.5a8 8 0 0 0 14.5 4l2-2.5M20.5 19.5V14H15"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "send": '<path d="M3 11.5 21 3l-5.5 18-4-7.5zM11.5 13.5 21 3"/>',
    "shield": '<path d="M12 2.8 4.5 5.5v6c0 4.6 3 8 7.5 9.7 4.5-1.7 7.5-5.1 7.5-9.7v-6z"/>',
    "sign-in": '<path d="M13.5 3.5h7v17h-7M3.5 12H15m-4.5-4.5L15 12l-4.5 4.5"/>',
    "sign-out": '<path d="M10.5 3.5h-7v17h7M9 12h11.5M16 7.5l4.5 4.5-4.5 4.5"/>',
    "sort": '<path d="M8 4.5v15m-4-4 4 4 4-4M16 19.5v-15m-4 4 4-4 4 4"/>',
    "star": '<path d="m12 3.2 2.7 5.6 6.1.8-4.5 4.2 1.1 6.1-5.4-3-5.4 3 1.1-6.1L3.2 9.6l6.1-.8z"/>',
    "stop": '<circle cx="12" cy="12" r="9"/><path d="m6 6 12 12"/>',
    "trash": '<path d="M4.5 6.5h15M9.5 6.5v-3h5v3M6.5 6.5l.8 14h9.4l.8-14M10 10.5v6M14 10.5v6"/>',
    "upload": '<path d="M12 15.5v-12m-5 5 5-5 5 5M4 20.5h16"/>',
    "wallet": '<path d="M3.5 6.5v12.5a1.5 1.5 0 0 0 1.5 1.5h15.5v-12H5a1.5 1.5 0 0 1 0-3.5h13.5v3.5M16.5 14.5v.1"/>',
}
# The seal of proof: a scalloped ring with a tick, in gold. Nothing else in the interface is gold.
SEAL = (
    '<path class="xt-seal-ring" d="M12.0 2.8A2.6 2.6 0 0 1 16.6 4.0A2.6 2.6 0 0 1 20.0 7.4A2.6 2.6 0 0 1 21.2 12.0A'
    '2.6 2.6 0 0 1 20.0 16.6A2.6 2.6 0 0 1 16.6 20.0A2.6 2.6 0 0 1 12.0 21.2A2.6 2.6 0 0 1 7.4 20.0A2.6 2.6 0 0 1 4.0 16.6A2.6 2.6 0 0 1 2.8 12.0A2.6 2.6 0 0 1 4.0 7.4A2.6 2.6 0 0 1 7.4 4.0A2.6 2.6 0 0 1 12.0 2.8z"/>'
    '<path class="xt-seal-tick" d="m7.8 12.2 3 3 5.4-6.2"/>'
)


def icon_svg(name: str, label: str = "") -> str:
    """The icon as SVG; hidden from screen readers unless it stands alone and has a label."""
    told = f'role="img" aria-label="{label}"' if label else 'aria-hidden="true"'
    if name == "seal":
        return f'<svg class="xt-icon xt-seal" viewBox="0 0 24 24" {told}>{SEAL}</svg>'
    return f'<svg class="xt-icon" viewBox="0 0 24 24" {told}>{ICONS[name]}</svg>'
