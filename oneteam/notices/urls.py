from django.urls import path

from oneteam.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/bell/", views.bell, name="notices-bell"),
    path("notices/seen/", views.all_seen, name="notices-seen"),
    path("notices/<uuid:notice_id>/", views.opened, name="notices-open"),
]
