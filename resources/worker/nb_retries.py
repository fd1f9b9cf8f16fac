"""How often each code cell is tried: cells[] of the pipeline's metadata, and over it, field by field, the cell's own metadata."""
import json
import math
import os


class BadRetries(Exception):
    pass


class Retries:
    def __init__(self, retries, delay_seconds):
        self.attempts = max(0, retries) + 1
        self.delay_seconds = max(0.0, delay_seconds)


def read_retries(folder, pipeline_name, code_cells):
    """One entry per code cell. Raises BadRetries for what is no number, before anything runs."""
    file_name, listed = metadata_cells(folder, pipeline_name)
    result = []
    for number, cell in enumerate(code_cells):
        base = listed[number] if number < len(listed) and isinstance(listed[number], dict) else {}
        own = cell.get("metadata", {}).get("fastflow")
        own = own if isinstance(own, dict) else {}
        base_place = "cells[%d] of %s" % (number, file_name)
        own_place = "the metadata of cell %d" % number
        result.append(Retries(field("retries", int, 0, (own, own_place), (base, base_place)), field("delay_seconds", float, 1.0, (own, own_place), (base, base_place))))
    return result


def field(name, convert, default, *layers):
    for values, place in layers:
        value = values.get(name)
        if value is None:
            continue
        try:
            if isinstance(value, (int, float, str)) and math.isfinite(float(value)):
                return convert(value)
        except (ValueError, OverflowError):
            pass
        raise BadRetries("%s of %s must be a number, not %s. The server's runner fails on it, too." % (name, place, json.dumps(value, default=str)[:200]))
    return default


def metadata_cells(folder, pipeline_name):
    """pipeline.json if anything of that name is there, else <pipeline>.json, as for all of the metadata."""
    name = "pipeline.json"
    if not os.path.lexists(os.path.join(folder, name)) and pipeline_name is not None:
        name = pipeline_name + ".json"
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            metadata = json.load(file)
    except (OSError, ValueError):
        return name, []
    cells = metadata.get("cells") if isinstance(metadata, dict) else None
    return name, cells if isinstance(cells, list) else []
