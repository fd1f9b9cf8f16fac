"""The oracle of cron.test.ts: real APScheduler. One JSON object a line: kind, expression or seconds, from, start, end, count."""
import json
import sys
from datetime import datetime, timezone

from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger


def moment(ms):
    return None if ms is None else datetime.fromtimestamp(ms / 1000, timezone.utc)


for line in sys.stdin:
    asked = json.loads(line)
    window = dict(start_date=moment(asked["start"]), end_date=moment(asked["end"]), timezone=timezone.utc)
    try:
        if asked["kind"] == "cron":
            minute, hour, day, month, weekday = asked["expression"].split()
            trigger = CronTrigger(minute=minute, hour=hour, day=day, month=month, day_of_week=weekday, **window)
        else:
            trigger = IntervalTrigger(seconds=asked["seconds"], **window)
    except ValueError:
        print(json.dumps(None))
        continue
    now, previous, times = moment(asked["from"]), None, []
    while len(times) < asked["count"]:
        fire = trigger.get_next_fire_time(previous, now)
        if fire is None:
            break
        times.append(round(fire.timestamp() * 1000))
        previous = now = fire
    print(json.dumps(times))
