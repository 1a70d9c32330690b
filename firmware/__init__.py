"""What runs on the box and decides: trunks, switching, IVR, queues, desktops, reports."""
