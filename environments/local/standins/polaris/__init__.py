"""A stand-in for Apache Polaris 1.7.0: its HTTP surface, Iceberg by PyIceberg, state in one SQL database.

It answers as the real server was recorded to answer (tests/conformance/recordings/polaris); what it does not do
answers 501 with a reason. `python -m environments.local.standins.polaris` runs it; settings.py names its variables.
"""
