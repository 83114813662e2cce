#!/usr/bin/env python3
"""Answers whoever writes to it, until somebody says bye. Start it with the bridge to use:

python3 bot.py msnp bridge --server 127.0.0.1:1863 --account bot@example.com
"""
import json
import subprocess
import sys

bridge = subprocess.Popen(
    sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8"
)


def do(what, **members):
    print(json.dumps({"do": what, **members}), file=bridge.stdin, flush=True)


for line in bridge.stdout:
    event = json.loads(line)
    kind = event["event"]
    if kind == "signed_in":
        do("set_name", name="Echo")
    elif kind == "text" and event["text"] == "bye":
        do("sign_out")
    elif kind == "text":
        do("send_text", conversation=event["conversation"], text="You said: " + event["text"])
    elif "problem" in event:
        print(event["problem"], file=sys.stderr)
sys.exit(bridge.wait())
