"""How a position is made, in SQL: written from docs/POSITION.md, and knowing nothing of the engine.

Common table expressions, to be put together in this order: `RIGHTS`, those that end in `demand`, `COVERED`.
`demand` has a row for each line: product, metric, devices, consumed, low, all_units (consumed with what is exempt),
unlimited, units, paired (units that cover two devices by secondary use) and granted.
"""

NAMES = ["product", "metric", "devices", "consumed", "low", "exempt", "covered_by_rights", "covered_by_grants",
         "short", "surplus"]

RIGHTS = """
with exemption as (
  select product, bool_or(test) as test, bool_or(development) as development from rights group by product
),
supply as (
  select product, bool_or(unlimited) as unlimited,
         coalesce(sum(units) filter (not unlimited and secondary), 0) as second_units,
         coalesce(sum(units) filter (not unlimited and not secondary), 0) as plain_units
  from rights group by product
),
granted as (select product, sum(units) as units from grants group by product),
"""

PLAIN_DEMAND = """
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
"""

COVERED = """
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


def numbers_that_differ(expected: list, found: list) -> int:
    """Compares the lines of the engine with those of DuckDB, prints the first differences, and returns how many."""
    different = 0
    for ours, theirs in zip(expected, found, strict=True):
        for name, one, other in zip(NAMES, ours, theirs, strict=True):
            same = one == other if isinstance(one, str) or one is None or other is None else int(one) == int(other)
            if not same:
                different += 1
                if different <= 10:
                    print(f"product {ours[0]}, {name}: the engine says {one}, DuckDB says {other}")
    return different
