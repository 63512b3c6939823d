from django.urls import path

from oneteam.command import views

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/<uuid:report_id>/decide/", views.decide, name="report-decide"),
    path("orders/", views.orders, name="orders"),
    path("verify/", views.verify, name="verify"),
    path("orders/<uuid:order_id>/", views.order, name="order"),
    path("orders/<uuid:object_id>/accept/", views.accept, name="order-accept"),
    path("orders/<uuid:object_id>/arrive/", views.arrive, name="order-arrive"),
    path("orders/<uuid:object_id>/handle/", views.handle, name="order-handle"),
    path("orders/<uuid:object_id>/return/", views.give_back, name="order-return"),
    path("orders/<uuid:object_id>/verify/", views.confirm, name="order-verify"),
    path("orders/<uuid:object_id>/refuse/", views.refuse, name="order-refuse"),
]
