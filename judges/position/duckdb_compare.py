#!/usr/bin/env python3
"""Compares the position engine with DuckDB on the same estate, number by number.

    cargo run --release -p position --example estate_speed -- 10000 100 2000 FOLDER
    duckdb_compare.py FOLDER

`run.sh` does both, with the package installed.
The SQL below is written from docs/POSITION.md and knows nothing of the engine.
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
create type metric as enum ('device', 'named_user', 'installation');
"""

POSITION = """
with exemption as (
  select product, bool_or(test) as test, bool_or(development) as development from rights group by product
),
-- What each device is for each product.
held as (
  select i.product, i.device, any_value(i.person) as person, count(distinct i.version) as versions,
         any_value(coalesce((i.environment = 'test' and e.test)
                         or (i.environment = 'development' and e.development), false)) as exempt
  from installed i left join exemption e on e.product = i.product
  group by i.product, i.device
),
by_device as (
  select product, count(*) as devices,
         count(*) filter (not exempt) as device_units,
         sum(versions) as installations_all,
         coalesce(sum(versions) filter (not exempt), 0) as installation_units,
         count(distinct person) + count(*) filter (person is null) as persons_all,
         count(distinct person) filter (not exempt) as named,
         count(*) filter (not exempt and person is null) as nameless
  from held group by product
),
pairs as (
  select product, sum(n // 2) as pairs
  from (select product, person, count(*) as n from held
        where not exempt and person is not null group by product, person)
  group by product
),
supply as (
  select product, bool_or(unlimited) as unlimited,
         coalesce(sum(units) filter (not unlimited and secondary), 0) as second_units,
         coalesce(sum(units) filter (not unlimited and not secondary), 0) as plain_units
  from rights group by product
),
granted as (select product, sum(units) as units from grants group by product),
demand as (
  select m.product, m.metric, coalesce(d.devices, 0) as devices,
         case m.metric when 'device' then coalesce(d.device_units, 0)
                       when 'installation' then coalesce(d.installation_units, 0)
                       else coalesce(d.named + d.nameless, 0) end as consumed,
         case m.metric when 'device' then coalesce(d.device_units, 0)
                       when 'installation' then coalesce(d.installation_units, 0)
                       else coalesce(d.named, 0) end as low,
         case m.metric when 'device' then coalesce(d.devices, 0)
                       when 'installation' then coalesce(d.installations_all, 0)
                       else coalesce(d.persons_all, 0) end as all_units,
         coalesce(s.unlimited, false) as unlimited,
         coalesce(s.second_units, 0) + coalesce(s.plain_units, 0) as units,
         least(coalesce(s.second_units, 0), coalesce(p.pairs, 0)) as paired,
         coalesce(g.units, 0) as granted
  from metrics m
  left join by_device d using (product)
  left join supply s using (product)
  left join pairs p using (product)
  left join granted g using (product)
),
covered as (
  select *, case when unlimited then consumed
                 else 2 * paired + least(units - paired, consumed - 2 * paired) end as by_rights
  from demand
)
select product, metric, devices, consumed, low, all_units - consumed as exempt, by_rights,
       case when unlimited then 0 else least(granted, consumed - by_rights) end as by_grants,
       consumed - by_rights - case when unlimited then 0 else least(granted, consumed - by_rights) end as short,
       case when unlimited then null
            else units - paired - least(units - paired, consumed - 2 * paired) end as surplus
from covered order by product
"""

# The generated estate has installations on every device, and no known software without a product.
FACETS = """
select {column} as place, count(distinct device) as devices, count(*) as installations,
       count(product) as licensable, count(distinct product) as products
from held group by 1 order by 1
"""

NAMES = ["product", "metric", "devices", "consumed", "low", "exempt", "covered_by_rights", "covered_by_grants",
         "short", "surplus"]


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

    different = 0
    for ours, theirs in zip(expected, found, strict=True):
        for name, one, other in zip(NAMES, ours, theirs, strict=True):
            same = one == other if isinstance(one, str) or one is None or other is None else int(one) == int(other)
            if not same:
                different += 1
                if different <= 10:
                    print(f"product {ours[0]}, {name}: the engine says {one}, DuckDB says {other}")
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
