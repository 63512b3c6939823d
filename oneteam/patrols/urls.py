from django.urls import path

from oneteam.patrols import views

urlpatterns = [
    path("findings/", views.findings, name="findings"),
    path("findings/new/", views.finding_new, name="finding-new"),
    path("findings/place/", views.finding_place, name="finding-place"),
    path("findings/matters/", views.finding_matters, name="finding-matters"),
    path("findings/<uuid:finding_id>/", views.finding, name="finding"),
    path("findings/<uuid:object_id>/correct/", views.correct, name="finding-correct"),
    path("findings/<uuid:object_id>/settle/", views.settle, name="finding-settle"),
    path("findings/<uuid:object_id>/pass-on/", views.pass_on, name="finding-pass_on"),
    path("findings/<uuid:object_id>/take-over/", views.take_over, name="finding-take_over"),
    path("findings/<uuid:object_id>/give-back/", views.give_back, name="finding-give_back"),
]
