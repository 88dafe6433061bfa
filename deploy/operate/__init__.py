"""The command `qiandao`: what operators ask a running system, and the few things they tell it."""
