from django.urls import path

from oneteam.supervision import views

urlpatterns = [
    path("leader/", views.leader, name="leader"),
    path("leader/<slug:which>/", views.leader_orders, name="leader-list"),
    path("figures/", views.figures, name="figures"),
    path("figures/strip/", views.strip, name="figures-strip"),
    path("figures/<slug:name>/", views.figure, name="figure"),
]
