from django.urls import path, re_path

from oneteam.intake import views

urlpatterns = [
    path("reports/", views.reports, name="reports"),
    re_path(r"^reports\.(?P<kind>csv|xlsx)$", views.reports_file, name="reports-file"),
    path("reports/new/", views.report_new, name="report-new"),
    path("reports/<uuid:report_id>/", views.report, name="report"),
    path("reports/<uuid:object_id>/answer/", views.answer, name="report-answer"),
    path("reports/<uuid:object_id>/close/", views.close, name="report-close"),
    path("reports/<uuid:object_id>/review/", views.review, name="report-review"),
    path("reports/<uuid:object_id>/reopen/", views.reopen, name="report-reopen"),
    path("reports/<uuid:report_id>/caller/", views.caller, name="report-caller"),
    path("reports/<uuid:report_id>/proof/", views.proof, name="report-proof"),
]
