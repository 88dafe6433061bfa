"""From an attempt to a finding: credentials, snapshots of activities, staff, antifraud."""
