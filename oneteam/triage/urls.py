from django.urls import path

from oneteam.triage import views

urlpatterns = [
    path("reports/<uuid:report_id>/join/", views.join, name="report-join"),
    path("reports/<uuid:report_id>/proposal/", views.proposal, name="report-proposal"),
]
