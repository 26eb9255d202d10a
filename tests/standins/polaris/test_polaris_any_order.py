"""Namespaces and tables made, committed to, renamed and dropped in any order are what a plain model says they are."""

import uuid

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

SCHEMA = {"type": "struct", "schema-id": 0, "fields": [{"id": 1, "name": "id", "type": "long", "required": False}]}
NAMESPACES, TABLES = st.sampled_from(["a", "b"]), st.sampled_from(["t", "u"])


def test_any_order_of_changes_leaves_what_the_model_says(polaris):
    class Catalog(RuleBasedStateMachine):
        def __init__(self):
            super().__init__()
            name = polaris.make_catalog(f"c{uuid.uuid4().hex[:12]}", stsUnavailable=True)
            self.http, self.base = polaris.client(), f"/api/catalog/v1/{name}"
            self.model = {}  # namespace -> table -> (uuid, properties)

        def teardown(self):
            self.http.close()

        def call(self, method, path, expected, **more):
            answer = self.http.request(method, self.base + path, **more)
            assert answer.status_code == expected, answer.text
            return answer

        @rule(namespace=NAMESPACES)
        def make_namespace(self, namespace):
            there = namespace in self.model
            self.call("POST", "/namespaces", 409 if there else 200, json={"namespace": [namespace]})
            self.model.setdefault(namespace, {})

        @rule(namespace=NAMESPACES)
        def drop_namespace(self, namespace):
            tables = self.model.get(namespace)
            self.call("DELETE", f"/namespaces/{namespace}", 404 if tables is None else 409 if tables else 204)
            if tables == {}:
                del self.model[namespace]

        @rule(namespace=NAMESPACES, table=TABLES)
        def make_table(self, namespace, table):
            tables = self.model.get(namespace)
            expected = 404 if tables is None else 409 if table in tables else 200
            body = {"name": table, "schema": SCHEMA}
            made = self.call("POST", f"/namespaces/{namespace}/tables", expected, json=body)
            if expected == 200:
                tables[table] = (made.json()["metadata"]["table-uuid"], {})

        @rule(
            namespace=NAMESPACES,
            table=TABLES,
            key=st.sampled_from("xy"),
            value=st.sampled_from("12"),
            stale=st.booleans(),
        )
        def commit(self, namespace, table, key, value, stale):
            known = self.model.get(namespace, {}).get(table)
            wanted = str(uuid.UUID(int=0)) if stale or known is None else known[0]
            body = {
                "requirements": [{"type": "assert-table-uuid", "uuid": wanted}],
                "updates": [{"action": "set-properties", "updates": {key: value}}],
            }
            expected = 404 if known is None else 409 if stale else 200
            self.call("POST", f"/namespaces/{namespace}/tables/{table}", expected, json=body)
            if expected == 200:
                known[1][key] = value

        @rule(source=st.tuples(NAMESPACES, TABLES), goal=st.tuples(NAMESPACES, TABLES))
        def rename(self, source, goal):
            known = self.model.get(source[0], {}).get(source[1])
            tables = self.model.get(goal[0])
            expected = 404 if known is None or tables is None else 409 if goal[1] in tables else 204
            sides = {"source": source, "destination": goal}
            body = {side: {"namespace": [place], "name": name} for side, (place, name) in sides.items()}
            self.call("POST", "/tables/rename", expected, json=body)
            if expected == 204:
                tables[goal[1]] = self.model[source[0]].pop(source[1])

        @rule(namespace=NAMESPACES, table=TABLES)
        def drop_table(self, namespace, table):
            there = table in self.model.get(namespace, {})
            self.call("DELETE", f"/namespaces/{namespace}/tables/{table}", 204 if there else 404)
            if there:
                del self.model[namespace][table]

        @invariant()
        def everything_is_as_the_model_says(self):
            listed = self.call("GET", "/namespaces", 200).json()["namespaces"]
            assert sorted(listed) == sorted([name] for name in self.model)
            for namespace, tables in self.model.items():
                found = self.call("GET", f"/namespaces/{namespace}/tables", 200).json()["identifiers"]
                assert sorted(one["name"] for one in found) == sorted(tables)
                for table, (number, properties) in tables.items():
                    loaded = self.call("GET", f"/namespaces/{namespace}/tables/{table}", 200).json()["metadata"]
                    assert loaded["table-uuid"] == number
                    assert {key: loaded["properties"].get(key) for key in properties} == properties

    run_state_machine_as_test(Catalog, settings=settings(max_examples=8, stateful_step_count=15, deadline=None))
