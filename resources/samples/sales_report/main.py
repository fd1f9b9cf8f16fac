"""Makes a year of sales and sums them up by region and quarter with pandas."""

import numpy as np
import pandas as pd

REGIONS = ["North", "East", "South", "West"]
DAYS = 365
SALES_PER_DAY = 40


def make_sales() -> pd.DataFrame:
    # A fixed seed: every run prints the same figures.
    random = np.random.default_rng(seed=7)
    rows = DAYS * SALES_PER_DAY
    return pd.DataFrame(
        {
            "date": pd.Timestamp("2025-01-01") + pd.to_timedelta(random.integers(0, DAYS, rows), unit="D"),
            "region": random.choice(REGIONS, rows, p=[0.4, 0.2, 0.25, 0.15]),
            "amount": random.gamma(shape=2.0, scale=45.0, size=rows).round(2),
        }
    )


def report(sales: pd.DataFrame) -> pd.DataFrame:
    """Amounts by region and quarter, with totals."""
    with_quarter = sales.assign(quarter="Q" + sales["date"].dt.quarter.astype(str))
    table = with_quarter.pivot_table(index="region", columns="quarter", values="amount", aggfunc="sum")
    table = table.loc[REGIONS]
    table["Total"] = table.sum(axis="columns")
    table.loc["Total"] = table.sum()
    return table.rename_axis(index=None, columns=None)


def main() -> None:
    print(f"pandas {pd.__version__}, numpy {np.__version__}")
    sales = make_sales()
    print(f"{len(sales):,} sales, {sales['amount'].sum():,.2f} in total\n")

    table = report(sales)
    print(table.to_string(float_format="{:,.0f}".format))

    best = table.drop("Total")["Total"].idxmax()
    print(f"\nBest region: {best}")


if __name__ == "__main__":
    main()
