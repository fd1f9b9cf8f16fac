"""Whether somebody holds uv's lock of the cache alone now: {"isHeldAlone": bool}. It is started with `uv run --no-cache`, which keeps
out of the cache, and waits for nothing. How it tells: uv_work.py."""
from cache_lock import is_held_alone
from uv_work import cache_folder, tell

tell(isHeldAlone=is_held_alone(cache_folder()))
