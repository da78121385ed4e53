#!/usr/bin/env python3
"""Compares the position engine with DuckDB on small random estates: plain metrics with exemption, secondary use and
exceptions, measured metrics over hosts and guests of which something is unknown, and suites.

    cargo run --release -p position --example random_estates -- FOLDER 20
    estates_compare.py FOLDER

`run.sh` does both, with the package installed.
The SQL is written from docs/POSITION.md and docs/METRICS.md and knows nothing of the engine.
Exit code 0: every number is identical; 3: some differ, and the first are printed.

It says nothing of the low end of a measured line, of clusters, tiers and rights in other metrics, and of suites that
share components; the naive references in crates/position/tests and judges/rights cover those.
"""

import sys
from pathlib import Path

import duckdb

from rules import COVERED, PLAIN_DEMAND, RIGHTS, numbers_that_differ

LOAD = """
create table devices as
  select device, name, coalesce(environment, 'production') as environment, lower(person) as person,
         kind = 'virtual' as is_guest, processors, cores, virtual_processors, model, lower(host) as host
  from read_csv('{folder}/devices.csv', header = true, nullstr = '',
                columns = {{'device': 'INTEGER', 'name': 'VARCHAR', 'environment': 'VARCHAR', 'person': 'VARCHAR',
                            'kind': 'VARCHAR', 'processors': 'INTEGER', 'cores': 'INTEGER',
                            'virtual_processors': 'INTEGER', 'model': 'VARCHAR', 'host': 'VARCHAR'}});
create table products as
  select * from read_csv('{folder}/products.csv', header = true, nullstr = '',
                columns = {{'product': 'INTEGER', 'title': 'VARCHAR', 'metric': 'VARCHAR', 'suite': 'INTEGER',
                            'price': 'INTEGER'}});
create table rights as select * from read_csv('{folder}/rights.csv', header = true);
create table grants as select * from read_csv('{folder}/grants.csv', header = true,
                columns = {{'product': 'INTEGER', 'units': 'UBIGINT'}});
create table installed as
  select p.product, p.metric, i.device, i.version, d.environment, d.person
  from read_csv('{folder}/installations.csv', header = true,
                columns = {{'device': 'INTEGER', 'title': 'VARCHAR', 'version': 'VARCHAR'}}) i
  join products p using (title) join devices d using (device);
create table suites as
  select suite, min(product) as first, max(product) as second from products where suite is not null group by suite;
create table plain as
  select product, metric from products
  where metric in ('device', 'named_user', 'installation') and suite is null
    and product not in (select suite from suites);
create table measured as
  select product, metric from products where metric not in ('device', 'named_user', 'installation');
create view metrics as from plain;
"""

MEASURED_DEMAND = """
-- What each machine is for each product, once as liable and once with what is exempt.
holding as (
  select distinct i.product, m.metric, d.*,
         coalesce((d.environment = 'test' and e.test)
               or (d.environment = 'development' and e.development), false) as exempt
  from installed i join measured m using (product) join devices d using (device)
  left join exemption e on e.product = i.product
),
counted as (
  select 'liable' as scope, * from holding where not exempt union all select 'all', * from holding
),
-- Machines bear their own units, guests those of their host: a known one, a named one, or one of their own.
borne as (
  select c.*, h.device as host_device,
         case when not c.is_guest then 'machine ' || c.device
              when h.device is not null then 'machine ' || h.device
              when c.host is not null then 'named ' || c.host
              else 'host of ' || c.device end as bearer,
         -- A guest whose processors nobody states has sixteen at most; a machine two processors of 32 cores each.
         coalesce(c.virtual_processors, c.cores, 16) as own_guest,
         coalesce(c.processors, 2) as own_processors,
         coalesce(c.cores, coalesce(c.processors, 2) * 32) as own_cores
  from counted c left join devices h on c.is_guest and lower(h.name) = c.host and h.device <> c.device
),
hosts as (
  select b.scope, b.product, b.metric, b.bearer, any_value(b.host_device) is not null or bool_or(not is_guest) as known,
         bool_or(not is_guest) as itself, count(*) filter (is_guest) as guests,
         coalesce(sum(own_guest) filter (is_guest), 0) as guest_units,
         coalesce(sum(greatest(own_guest, 4)) filter (is_guest), 0) as guest_units_of_four,
         any_value(case when is_guest then host_device else device end) as machine
  from borne b group by b.scope, b.product, b.metric, b.bearer
),
capacities as (
  select h.*, coalesce(d.processors, 2) as host_processors,
         coalesce(d.cores, coalesce(d.processors, 2) * 32) as host_cores,
         case when d.model ilike '%xeon%' or d.model ilike '%epyc%' then 0.5::decimal(3, 1)
              else 1::decimal(3, 1) end as factor
  from hosts h left join devices d on d.device = h.machine
),
lesser as (
  select *, case when itself then full_units when known then least(full_units, guests_at_most) else guests_at_most end
              as units
  from (select *, case metric when 'ibm_vpc' then host_cores else greatest(host_cores, 4 * host_processors) end
                    as full_units,
               case metric when 'ibm_vpc' then guest_units else guest_units_of_four end as guests_at_most
        from capacities where metric in ('ibm_vpc', 'microsoft_sql_server_core'))
),
amounts as (
  select scope, product, sum(case when is_guest then own_guest else own_cores end) as units
  from borne where metric = 'core' group by scope, product
  union all
  select scope, product,
         sum(case when is_guest then greatest(own_guest, 4) else greatest(own_cores, 4 * own_processors) end)
  from borne where metric = 'microsoft_sql_server_core_by_vm' group by scope, product
  union all
  select scope, product, ceil(count(*) filter (is_guest) / 2)
                         + coalesce(sum(ceil(own_processors / 2)) filter (not is_guest), 0)
  from borne where metric = 'red_hat_socket_pair' group by scope, product
  union all
  select scope, product, sum(units) from lesser group by scope, product
  union all
  select scope, product,
         sum(greatest(host_cores, 8 * host_processors, 16) * greatest(ceil(guests / 2), 1))
  from capacities where metric = 'microsoft_windows_server_core' group by scope, product
  union all
  select scope, product, sum(greatest(host_cores, 16 * host_processors))
  from capacities where metric = 'vmware_core' group by scope, product
  union all
  select scope, product, sum(host_processors * ceil(ceil(host_cores / host_processors) / 32))
  from capacities where metric = 'vmware_processor' group by scope, product
  union all
  select scope, product, sum(units)
  from (select scope, product, ceil(sum(host_cores * factor)) as units
        from capacities where metric = 'oracle_processor_by_host' group by scope, product, factor)
  group by scope, product
),
demand as (
  select m.product, m.metric, (select count(*) from holding h where h.product = m.product) as devices,
         coalesce(l.units, 0)::bigint as consumed, null as low, coalesce(a.units, 0)::bigint as all_units,
         coalesce(s.unlimited, false) as unlimited, coalesce(s.plain_units, 0) as units, 0 as paired,
         coalesce(g.units, 0) as granted
  from measured m
  left join amounts l on l.scope = 'liable' and l.product = m.product
  left join amounts a on a.scope = 'all' and a.product = m.product
  left join supply s on s.product = m.product
  left join granted g on g.product = m.product
),
"""

# A unit of a suite saves its own price on a device with the suite, or those of the components that are short on a device
# with both. The dearest savings are taken, and a suite for itself before one of equal worth for its components.
SUITES = """
with devices_of as (select product, device from (select distinct product, device from installed)),
bare as (
  select s.suite, d.device, bool_or(d.product = s.first) as first, bool_or(d.product = s.second) as second
  from suites s join devices_of d on d.product in (s.first, s.second)
  where not exists (select 1 from devices_of o where o.product = s.suite and o.device = d.device)
  group by s.suite, d.device
),
stock as (select product, bool_or(unlimited) as unlimited, sum(units) as units from rights group by product),
facts as (
  select s.*, o.units as suite_units, p.price as suite_price,
         p1.price as first_price, p2.price as second_price,
         f.units as first_units, f.unlimited as first_unlimited,
         g.units as second_units, g.unlimited as second_unlimited,
         (select count(*) from devices_of d where d.product = s.suite) as own,
         (select count(*) from devices_of d where d.product = s.first) as first_devices,
         (select count(*) from devices_of d where d.product = s.second) as second_devices,
         (select count(*) from bare b where b.suite = s.suite and b.first) as first_bare,
         (select count(*) from bare b where b.suite = s.suite and b.second) as second_bare,
         (select count(*) from bare b where b.suite = s.suite and b.first and b.second) as both_bare
  from suites s join stock o on o.product = s.suite join stock f on f.product = s.first
  join stock g on g.product = s.second join products p on p.product = s.suite
  join products p1 on p1.product = s.first join products p2 on p2.product = s.second
),
shortage as (
  select *, case when first_unlimited then 0 else greatest(first_bare - first_units, 0) end as first_short,
         case when second_unlimited then 0 else greatest(second_bare - second_units, 0) end as second_short
  from facts
),
savings as (
  select suite, true as for_itself, suite_price as worth from shortage, generate_series(1, own)
  union all
  select suite, false, case when n <= first_short then first_price else 0 end
                       + case when n <= second_short then second_price else 0 end
  from shortage, generate_series(1, both_bare) as numbers(n)
),
taken as (
  select suite, count(*) filter (for_itself) as on_itself, count(*) filter (not for_itself) as on_components
  from (select *, row_number() over (partition by suite order by worth desc, for_itself desc) as place
        from savings where worth > 0) join facts using (suite)
  where place <= suite_units group by suite
),
spent as (
  select s.*, coalesce(t.on_itself, 0) as on_itself, coalesce(t.on_components, 0) as on_components
  from shortage s left join taken t using (suite)
),
lines as (
  select suite as product, own as devices, own as consumed, on_itself as covered,
         suite_units - on_itself - on_components as surplus
  from spent
  union all
  select first, first_devices, first_bare, first_bare - greatest(first_short - on_components, 0),
         case when first_unlimited then null else first_units - least(first_units, first_bare - on_components) end
  from spent
  union all
  select second, second_devices, second_bare, second_bare - greatest(second_short - on_components, 0),
         case when second_unlimited then null else second_units - least(second_units, second_bare - on_components) end
  from spent
)
select product, 'device', devices, consumed, consumed, 0, covered, 0, consumed - covered, surplus
from lines order by product
"""


def main() -> int:
    folder = Path(sys.argv[1])
    database = duckdb.connect(config={"threads": 2})
    database.execute(LOAD.format(folder=folder))
    different = compared = 0
    for what, tables, query in [
        ("plain", "plain", RIGHTS + PLAIN_DEMAND + COVERED),
        ("measured", "measured", RIGHTS + MEASURED_DEMAND + COVERED),
        ("suite", "products where suite is not null or product in (select suite from suites)", SUITES),
    ]:
        found = database.execute(query).fetchall()
        low = "null" if what == "measured" else "low"
        expected = database.execute(
            f"select * replace ({low} as low) from read_csv('{folder}/results.csv', header = true) "
            f"where product in (select product from {tables}) order by product").fetchall()
        differing = numbers_that_differ(expected, found)
        print(f"{what}: {len(expected)} lines, {differing} numbers differ")
        different += differing
        compared += len(expected)
    if different:
        return 3
    print(f"{compared} lines, every number identical")
    return 0


if __name__ == "__main__":
    sys.exit(main())
