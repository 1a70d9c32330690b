"""The box's client of the hawkBit Direct Device Integration (DDI) API.

messages.py  what a server says, checked and bounded     feedback.py  what the box says
links.py     which addresses are followed, and with what  pace.py      when it is asked again
server.py    HTTP with the token or certificate           download.py  a bundle, resumed and checked
client.py    the task: poll, offer, cancel, confirm, close

Source: Eclipse hawkBit, DDI API `/{tenant}/controller/v1/{controllerId}`.
"""
