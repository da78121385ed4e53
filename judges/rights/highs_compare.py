#!/usr/bin/env python3
"""Has HiGHS spend the rights of a generated estate, and compares what is short.

    cargo run --release -p position --example rights_speed -- SEED PRODUCTS ENTITLEMENTS DEVICES FOLDER
    highs_compare.py FOLDER

`run.sh` does both, with the package installed.
The programme below is written from docs/POSITION.md and knows nothing of the engine: whole units of every right are
spent on whole units of demand, and of suites on whole devices or persons, so that what is short costs least.
Exit code 0: the engine's shortage costs the same; 3: it costs more (or less, which would be worse).
"""

import csv
import sys
import time
from collections import defaultdict
from pathlib import Path

import highspy


def rows(folder, name):
    with open(Path(folder) / name, newline="") as file:
        yield from csv.DictReader(file)


def holds(whole, place):
    return place == whole or place.startswith(whole + "/")


def within(right, device):
    regions, environments = right["regions"], right["environments"]
    fits = not regions or any(holds(whole, device["region"]) for whole in regions)
    return fits and (not environments or (device["environment"] or "production") in environments)


def load(folder):
    devices = [
        {"region": row["region"], "environment": row["environment"], "person": row["person"].lower(),
         "products": {int(product) for product in row["products"].split()}}
        for row in rows(folder, "devices.csv")
    ]
    rights = [
        {"id": int(row["id"]), "product": int(row["product"]), "units": int(row["units"]),
         "regions": row["regions"].split(), "environments": row["environments"].split(),
         "instead_for": {int(product) for product in row["instead_for"].split()}, "price": int(row["price"])}
        for row in rows(folder, "rights.csv")
    ]
    products = {
        int(row["product"]): {
            "metric": row["metric"], "components": {int(part) for part in row["components"].split()},
            "inferred_from": int(row["inferred_from"]), "short": int(row["short"]),
        }
        for row in rows(folder, "products.csv")
    }
    return devices, rights, products


def groups(rights, products):
    """Products that share rights, by union and find."""
    leader = {product: product for product in products}

    def find(product):
        while leader[product] != product:
            product = leader[product]
        return product

    for right in rights:
        for other in right["instead_for"]:
            leader[find(other)] = find(right["product"])
    for product, known in products.items():
        for part in known["components"]:
            leader[find(part)] = find(product)
    found = defaultdict(list)
    for product in products:
        found[find(product)].append(product)
    return found.values()


def least(group, devices, rights, products, price):
    """The least cost of what is short in a group, and its least units at that cost."""
    by_person = products[group[0]]["metric"] == "named_user"
    suites = [product for product in group if products[product]["components"]]
    inside = {part: suite for suite in suites for part in products[suite]["components"]}
    holders = defaultdict(list)
    for number, device in enumerate(devices):
        if device["products"] & set(group):
            holders[device["person"] if by_person and device["person"] else f"#{number}"].append(device)

    def counts(device, product):
        return product in device["products"] and not (product in inside and inside[product] in device["products"])

    # Units that the same rights reach, and holders whose units are alike.
    units, bundles = defaultdict(int), defaultdict(int)
    for machines in holders.values():
        own = {}
        for product in group:
            there = [device for device in machines if counts(device, product)]
            if there:
                fitting = tuple(right["id"] for right in rights
                                if (right["product"] == product or product in right["instead_for"])
                                and all(within(right, device) for device in there))
                own[product] = (product, fitting)
                units[own[product]] += 1
        for suite in suites:
            parts, known = products[suite]["components"], products[suite]
            found = sum(any(part in device["products"] for device in machines) for part in parts)
            open_parts = tuple(sorted(own[part] for part in parts if part in own))
            if known["inferred_from"] and found >= known["inferred_from"] and open_parts:
                liable = [device for device in machines if any(counts(device, product) for product in group)]
                fitting = tuple(right["id"] for right in rights
                                if right["product"] == suite and all(within(right, device) for device in liable))
                bundles[(open_parts, fitting)] += 1

    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("log_to_console", False)
    solver.setOptionValue("mip_rel_gap", 0.0)
    solver.setOptionValue("mip_abs_gap", 0.0)

    def variable(most):
        return solver.addVariable(lb=0, ub=most, type=highspy.HighsVarType.kInteger)

    spent, covered = defaultdict(list), defaultdict(list)
    short = {unit: variable(number) for unit, number in units.items()}
    for unit, number in units.items():
        covered[unit].append(short[unit])
        for right in unit[1]:
            taken = variable(number)
            covered[unit].append(taken)
            spent[right].append(taken)
    for (parts, fitting), number in bundles.items():
        of_bundle = []
        for right in fitting:
            taken = variable(number)
            of_bundle.append(taken)
            spent[right].append(taken)
            for unit in parts:
                covered[unit].append(taken)
        if of_bundle:
            solver.addConstr(sum(of_bundle) <= number)
    for unit, number in units.items():
        solver.addConstr(sum(covered[unit]) == number)
    for right in rights:
        if spent[right["id"]]:
            solver.addConstr(sum(spent[right["id"]]) <= right["units"])
    # One unit short weighs little beside one cent, and decides between what costs the same.
    small = 1 / (1 + sum(units.values()))
    solver.minimize(sum((price[unit[0]] + small) * short[unit] for unit in units))
    value = solver.getSolution().col_value
    left = {unit: round(value[short[unit].index]) for unit in units}
    return sum(price[unit[0]] * number for unit, number in left.items()), sum(left.values())


def main(folder):
    devices, rights, products = load(folder)
    price = {}
    for right in rights:
        price[right["product"]] = right["price"]
    of_product = defaultdict(list)
    for right in rights:
        of_product[right["product"]].append(right)
    wrong, taken = [], 0.0
    number = linked = 0
    for group in groups(rights, products):
        group = sorted(group)
        of_group = [right for product in group for right in of_product[product]]
        start = time.perf_counter()
        best = least(group, devices, of_group, products, price)
        taken += time.perf_counter() - start
        ours = (sum(price[product] * products[product]["short"] for product in group),
                sum(products[product]["short"] for product in group))
        number, linked = number + 1, linked + (len(group) > 1)
        if best != ours:
            wrong.append((group, best, ours))
    print(f"{number} groups, {linked} of several products: HiGHS {taken:.1f} s with building; {len(wrong)} differ")
    for group, best, ours in wrong[:5]:
        print(f"  {group}: HiGHS {best}, the engine {ours}")
    return 3 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
