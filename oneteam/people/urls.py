from allauth.account.views import logout
from allauth.mfa.base.views import authenticate
from django.urls import path

from oneteam.people import passkey_views, password_views, tie_views, views

urlpatterns = [
    path("posts/", views.posts, name="posts"),
    path("accounts/login/", views.SignIn.as_view(), name="account_login"),
    path("accounts/logout/", logout, name="account_logout"),
    path("accounts/passkey/", authenticate, name="mfa_authenticate"),
    path("passkeys/", passkey_views.page, name="passkeys"),
    path("password/", password_views.page, name="password"),
    path("ties/", tie_views.page, name="ties"),
    # allauth names these in its own pages and redirects.
    path("accounts/signup/", views.not_here, name="account_signup"),
    path("accounts/password/reset/", views.not_here, name="account_reset_password"),
    path("accounts/inactive/", views.not_here, name="account_inactive"),
    path("accounts/reauthenticate/", views.not_here, name="account_reauthenticate"),
]
