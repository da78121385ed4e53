#!/usr/bin/env python3
"""Compares the position engine with DuckDB on the same estate, number by number.

    cargo run --release -p position --example estate_speed -- 10000 100 2000 FOLDER
    duckdb_compare.py FOLDER

`run.sh` does both, with the package installed.
The SQL is written from docs/POSITION.md and knows nothing of the engine.
It reads the files that the example wrote and compares with `results.csv`.
Exit code 0: every number is identical; 3: some differ, and the first are printed.

It says nothing of rights in other metrics than the product's or exceptions for one environment, which the generated
estate does not have; the naive reference in crates/position/tests covers those.
"""

import statistics
import sys
import time
from pathlib import Path

import duckdb

from rules import COVERED, NAMES, PLAIN_DEMAND, RIGHTS, numbers_that_differ

LOAD = """
create table devices as
  select device, coalesce(nullif(environment, ''), 'production') as environment,
         nullif(lower(person), '') as person, region, unit
  from read_csv('{folder}/devices.csv', header = true,
                columns = {{'device': 'INTEGER', 'environment': 'VARCHAR', 'person': 'VARCHAR',
                            'region': 'VARCHAR', 'unit': 'VARCHAR'}});
create table rights as select * from read_csv('{folder}/rights.csv', header = true);
create table grants as select * from read_csv('{folder}/grants.csv', header = true,
                columns = {{'product': 'INTEGER', 'units': 'UBIGINT'}});
create table metrics as select product, metric from read_csv('{folder}/results.csv', header = true);
-- One table with everything that a line asks of an installation, small types, in order of product.
create table installed as
  select r.product::SMALLINT as product, i.device, i.version, d.environment::VARCHAR as environment,
         p.number::INTEGER as person
  from read_csv('{folder}/installations.csv', header = true,
                columns = {{'device': 'INTEGER', 'title': 'VARCHAR', 'version': 'VARCHAR'}}) i
  join read_csv('{folder}/recognition.csv', header = true,
                columns = {{'title': 'VARCHAR', 'product': 'INTEGER'}}) r on lower(i.title) = lower(r.title)
  join devices d using (device)
  left join (select person, row_number() over (order by person) as number
             from (select distinct person from devices where person is not null)) p on d.person = p.person
  order by r.product, i.device;
-- The same for places: every installation, with its product where it has one.
create table held as
  select r.product::SMALLINT as product, i.device, d.region::VARCHAR as region, d.unit::VARCHAR as unit
  from read_csv('{folder}/installations.csv', header = true,
                columns = {{'device': 'INTEGER', 'title': 'VARCHAR', 'version': 'VARCHAR'}}) i
  join devices d using (device)
  left join (select lower(title) as title, any_value(product) as product
             from read_csv('{folder}/recognition.csv', header = true,
                           columns = {{'title': 'VARCHAR', 'product': 'INTEGER'}}) group by 1) r
    on lower(i.title) = r.title
  order by product, device;
"""

POSITION = RIGHTS + PLAIN_DEMAND + COVERED

# The generated estate has installations on every device, and no known software without a product.
FACETS = """
select {column} as place, count(distinct device) as devices, count(*) as installations,
       count(product) as licensable, count(distinct product) as products
from held group by 1 order by 1
"""


def main() -> int:
    folder = Path(sys.argv[1])
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    database = duckdb.connect(config={"threads": threads})
    database.execute(LOAD.format(folder=folder))
    times = []
    for _ in range(7):
        start, begun = time.perf_counter(), time.process_time()
        found = database.execute(POSITION).fetchall()
        times.append((time.perf_counter() - start, time.process_time() - begun))
    expected = database.execute(f"select * from read_csv('{folder}/results.csv', header = true) order by product")
    expected = expected.fetchall()

    different = numbers_that_differ(expected, found)
    different += facets_that_differ(database, folder)
    if different:
        print(f"{different} numbers differ")
        return 3
    ours = int((folder / "microseconds.txt").read_text()) / 1e6
    theirs = statistics.median(clock for clock, _ in times)
    processor = statistics.median(processor for _, processor in times)
    print(f"{len(expected)} lines, {len(expected) * len(NAMES)} values identical")
    print(f"engine {ours * 1e3:.1f} ms of processor, with money and supplies; "
          f"DuckDB {duckdb.__version__} {processor * 1e3:.1f} ms of processor for the numbers alone "
          f"({theirs * 1e3:.1f} ms by the clock on {threads} threads): ratio {processor / ours:.1f}")
    return 0


def facets_that_differ(database: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """Compares the places, states both times, and returns how many numbers differ."""
    engine = dict(line.split() for line in (folder / "facets.txt").read_text().splitlines())
    different = 0
    for dimension, column in [("region", "region"), ("business_unit", "unit")]:
        times = []
        for _ in range(5):
            begun = time.process_time()
            found = database.execute(FACETS.format(column=column)).fetchall()
            times.append(time.process_time() - begun)
        expected = database.execute(
            "select place, devices, installations, licensable, products "
            f"from read_csv('{folder}/facets.csv', header = true) where dimension = ? order by place",
            [dimension]).fetchall()
        for ours, theirs in zip(expected, found, strict=True):
            if ours != theirs:
                different += 1
                print(f"{dimension}: the engine says {ours}, DuckDB says {theirs}")
        print(f"facets by {dimension}, {len(expected)} places: engine {int(engine[dimension]) / 1e3:.1f} ms of "
              f"processor, DuckDB {statistics.median(times) * 1e3:.1f} ms")
    return different


if __name__ == "__main__":
    sys.exit(main())
