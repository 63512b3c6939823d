from django.urls import path

from oneteam.supervision import views

urlpatterns = [
    path("figures/", views.figures, name="figures"),
    path("figures/strip/", views.strip, name="figures-strip"),
    path("figures/<slug:name>/", views.figure, name="figure"),
]
