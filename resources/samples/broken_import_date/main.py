"""Fails on purpose: the third record holds a date that does not exist. Correct it and run again."""

from datetime import date

RECORDS = [
    {"order": 1001, "shipped": "2025-01-31"},
    {"order": 1002, "shipped": "2025-02-03"},
    {"order": 1003, "shipped": "2025-02-30"},
    {"order": 1004, "shipped": "2025-03-01"},
]


def parse_date(text: str) -> date:
    year, month, day = (int(part) for part in text.split("-"))
    return date(year, month, day)


def import_record(record: dict) -> None:
    shipped = parse_date(record["shipped"])
    print(f"order {record['order']} shipped on {shipped:%A, %d %B %Y}")


def main() -> None:
    print(f"Importing {len(RECORDS)} records")
    for record in RECORDS:
        import_record(record)
    print("All records imported")


if __name__ == "__main__":
    main()
