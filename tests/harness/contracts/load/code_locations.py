"""Small code locations: those that load and run, whatever way they are written, and those that do not.

Each is (files, contract): the contract that must name it, None where none may.
"""

HEAD = "import dagster as dg\n"
ASSET = "@dg.asset(required_resource_keys={'lake'})\ndef one(context):\n    context.resources.lake\n"
DEFINED = "defs = dg.Definitions(assets=[one], resources={'lake': 1})\n"
RESOURCE = "class Lake(dg.ConfigurableResource):\n    place: str = 'here'\n"
ORCHESTRATOR = "class Orchestrator:\n    def asset_run(self, name, outputs=(), attributes=None):\n        return name\n"

HARMLESS = {
    "plain": {"a.py": HEAD + ASSET + DEFINED},
    "a typed parameter": {
        "a.py": HEAD + RESOURCE + "@dg.asset\ndef one(lake: Lake):\n    lake.place\n"
        "defs = dg.Definitions(assets=[one], resources={'lake': Lake()})\n"
    },
    "a typed parameter that is taken from the context too": {
        "a.py": HEAD + RESOURCE + "@dg.asset\ndef one(context: dg.AssetExecutionContext, lake: Lake):\n"
        "    context.resources.lake\ndefs = dg.Definitions(assets=[one], resources={'lake': Lake()})\n"
    },
    "a resource parameter": {"a.py": HEAD + "@dg.asset\ndef one(lake: dg.ResourceParam[int]):\n    lake\n" + DEFINED},
    "annotations are texts": {
        "a.py": "from __future__ import annotations\n" + HEAD + RESOURCE + "@dg.asset\ndef one(lake: Lake):\n    lake\n"
        "defs = dg.Definitions(assets=[one], resources={'lake': Lake()})\n"
    },
    "keys are a constant of another file": {
        "keys.py": "KEYS = {'lake'} | {'other'}\n",
        "a.py": HEAD + "from keys import KEYS\n"
        "@dg.asset(required_resource_keys=KEYS)\ndef one(context):\n    context.resources.other\n"
        "defs = dg.Definitions(assets=[one], resources={'lake': 1, 'other': 2})\n",
    },
    "keys depend on the environment": {
        "a.py": HEAD + "import os\nKEYS = {'lake', 'x'} if os.environ.get('NOT_THERE') is None else set()\n"
        "@dg.asset(required_resource_keys=KEYS)\ndef one(context):\n    context.resources.x\n"
        "defs = dg.Definitions(assets=[one], resources={'lake': 1, 'x': 2})\n"
    },
    "imported under other names": {
        "a.py": "from dagster import Definitions as D, asset as made\n"
        "@made(required_resource_keys={'lake'})\ndef one(context):\n    found = context.resources\n    found.lake\n"
        "defs = D(assets=[one], resources={'lake': 1})\n"
    },
    "resources are a union": {
        "a.py": HEAD + ASSET + "BASE = {'lake': 1}\n"
        "defs = dg.Definitions(assets=[one], resources=BASE | {'other': 2})\n"
    },
    "resources are unpacked": {
        "a.py": HEAD + ASSET + "BASE = dict(lake=1)\ndefs = dg.Definitions(assets=[one], resources={**BASE, 'b': 2})\n"
    },
    "resources come from a function": {
        "a.py": HEAD + ASSET + "def resources():\n    return {'lake': 1}\n"
        "defs = dg.Definitions(assets=[one], resources=resources())\n"
    },
    "resources come from nobody knows where": {
        "a.py": HEAD + ASSET + "import json\n"
        "defs = dg.Definitions(assets=[one], resources=json.loads('{\"lake\": 1}'))\n"
    },
    "resources are added later": {
        "a.py": HEAD + ASSET + "BASE = {}\nBASE['lake'] = 1\nBASE.update({'b': 2})\n"
        "defs = dg.Definitions(assets=[one], resources=BASE)\n"
    },
    "resources are added by a function": {
        "a.py": HEAD + ASSET + "BASE = {}\ndef fill():\n    BASE['lake'] = 1\nfill()\n"
        "defs = dg.Definitions(assets=[one], resources=BASE)\n"
    },
    "an asset brings its own resource": {
        "a.py": HEAD + "@dg.asset(resource_defs={'lake': dg.ResourceDefinition.hardcoded_resource(1)})\n"
        "def one(context):\n    context.resources.lake\ndefs = dg.Definitions(assets=[one])\n"
    },
    "a resource that is taken by getattr": {
        "a.py": HEAD + "@dg.asset(required_resource_keys={'lake'})\ndef one(context):\n"
        "    getattr(context.resources, 'la' + 'ke')\n" + DEFINED
    },
    "the resources as a dict": {
        "a.py": HEAD + "@dg.asset(required_resource_keys={'lake'})\ndef one(context):\n"
        "    context.resources._asdict()\n" + DEFINED
    },
    "another context": {
        "a.py": HEAD + "@dg.asset(required_resource_keys={'lake'})\ndef one(context):\n"
        "    def inner(context):\n        return context.resources.anything\n    return context.resources.lake\n"
        + DEFINED
    },
    "an IO manager": {
        "a.py": HEAD + "@dg.asset(io_manager_key='store')\ndef one(context):\n    context.resources.store\n"
        "defs = dg.Definitions(assets=[one], resources={'store': dg.FilesystemIOManager()})\n"
    },
    "a decorator of one's own": {
        "a.py": HEAD + "def lake_asset(**more):\n    return dg.asset(required_resource_keys={'lake'}, **more)\n"
        "@lake_asset(name='other')\ndef one(context):\n    context.resources.lake\n" + DEFINED
    },
    "a factory": {
        "a.py": HEAD + "def make(name, keys):\n"
        "    @dg.asset(name=name, required_resource_keys=keys)\n    def made(context):\n"
        "        context.resources.lake\n    return made\n"
        "ALL = [make(f'table_{i}', {'lake'}) for i in ('a', 'b')]\n"
        "job = dg.define_asset_job('all', selection=['table_a', 'table_b'])\n"
        "defs = dg.Definitions(assets=ALL, jobs=[job], resources={'lake': 1})\n"
    },
    "one name twice, one of it": {
        "a.py": HEAD + "import sys\nif sys.version_info > (3,):\n    @dg.asset\n    def one():\n        pass\n"
        "else:\n    @dg.asset\n    def one():\n        pass\ndefs = dg.Definitions(assets=[one])\n"
    },
    "an asset that lies elsewhere": {
        "a.py": HEAD + "@dg.asset(deps=['from_somewhere_else'])\ndef one():\n    pass\n"
        "defs = dg.Definitions(assets=[one])\n"
    },
    "an asset that is told alone": {
        "a.py": HEAD + "outside = dg.AssetSpec('outside')\n@dg.asset(deps=[outside])\ndef one():\n    pass\n"
        "job = dg.define_asset_job('j', selection=dg.AssetSelection.assets(one))\n"
        "defs = dg.Definitions(assets=[one, outside], jobs=[job])\n"
    },
    "an asset that another loads": {
        "a.py": HEAD + "@dg.asset\ndef one():\n    return 1\n@dg.asset(ins={'it': dg.AssetIn('one')})\n"
        "def two(it):\n    return it\n@dg.asset\ndef three(two):\n    return two\n"
        "defs = dg.Definitions(assets=[one, two, three])\n"
    },
    "keys with a prefix": {
        "a.py": HEAD + "@dg.asset(key_prefix=['raw'])\ndef one():\n    return 1\n"
        "@dg.asset(key=dg.AssetKey(['gold', 'one']), deps=[dg.AssetKey(['raw', 'one'])])\ndef two():\n    pass\n"
        "job = dg.define_asset_job('j', selection=['raw/one', 'gold/one'])\n"
        "defs = dg.Definitions(assets=[one, two], jobs=[job])\n"
    },
    "several assets of one function": {
        "a.py": HEAD + "@dg.multi_asset(specs=[dg.AssetSpec('a'), dg.AssetSpec('b', deps=['a'])])\n"
        "def several():\n    yield dg.MaterializeResult('a')\n"
        "job = dg.define_asset_job('j', selection=['a', 'b'])\n"
        "defs = dg.Definitions(assets=[several], jobs=[job])\n"
    },
    "assets of whole modules": {
        "many.py": HEAD + "@dg.asset\ndef one():\n    pass\n@dg.asset\ndef two():\n    pass\n",
        "a.py": HEAD + "import many\njob = dg.define_asset_job('j', selection=['one', 'two'])\n"
        "defs = dg.Definitions(assets=dg.load_assets_from_modules([many]), jobs=[job])\n",
    },
    "selections in words": {
        "a.py": HEAD + "@dg.asset(group_name='g')\ndef one():\n    pass\n"
        "jobs = [dg.define_asset_job('a', selection='group:g'), dg.define_asset_job('b', selection='*'),\n"
        "        dg.define_asset_job('c', selection=dg.AssetSelection.groups('g') - dg.AssetSelection.assets('one'))]\n"
        "defs = dg.Definitions(assets=[one], jobs=jobs)\n"
    },
    "merged definitions": {
        "a.py": HEAD + ASSET + "defs = dg.Definitions.merge(dg.Definitions(assets=[one]), "
        "dg.Definitions(resources={'lake': 1}))\n"
    },
    "a job by its schedule alone": {
        "a.py": HEAD + ASSET + "job = dg.define_asset_job('all')\n"
        "nightly = dg.ScheduleDefinition(job=job, cron_schedule=['@daily', '0 4 * * MON-FRI'])\n"
        "@dg.sensor(job_name='all')\ndef watch():\n    yield dg.SkipReason('')\n"
        "defs = dg.Definitions(assets=[one], schedules=[nightly], sensors=[watch], resources={'lake': 1})\n"
    },
    "ops in a job": {
        "a.py": HEAD + "@dg.op(required_resource_keys={'lake'})\ndef work(context):\n    context.resources.lake\n"
        "@dg.job(resource_defs={'lake': dg.ResourceDefinition.hardcoded_resource(1)})\ndef all():\n    work()\n"
        "defs = dg.Definitions(jobs=[all])\n"
    },
    "a call with what nobody knows": {
        "o.py": ORCHESTRATOR,
        "a.py": HEAD + "from o import Orchestrator\nMORE = {}\n"
        "def call(it, *args, **more):\n    it.asset_run(*args)\n    it.asset_run(**more)\n"
        "    it.asset_run('x', *args, **more)\n"
        "    it.asset_run('x', ('t',), attributes={})\n"
        "@dg.asset\ndef one():\n    pass\ndefs = dg.Definitions(assets=[one])\n",
    },
    "a signature that takes everything": {
        "o.py": "class Orchestrator:\n    def asset_run(self, *names, **more):\n        pass\n",
        "a.py": HEAD + "def call(it):\n    it.asset_run('x', context=1, asset_key=2)\n@dg.asset\ndef one():\n    pass\n"
        "defs = dg.Definitions(assets=[one])\n",
    },
    "two signatures": {
        "o.py": ORCHESTRATOR + "class Other:\n    def asset_run(self, *, context, asset_key):\n        pass\n",
        "a.py": HEAD + "def call(it):\n    it.asset_run(context=1, asset_key=2)\n    it.asset_run('x')\n@dg.asset\n"
        "def one():\n    pass\ndefs = dg.Definitions(assets=[one])\n",
    },
    "a signature that is nowhere": {
        "a.py": HEAD + "def call(it):\n    it.asset_run(context=1)\n@dg.asset\ndef one():\n    pass\n"
        "defs = dg.Definitions(assets=[one])\n"
    },
}

# What Dagster refuses to load, and so says itself: `loads` is False. Others fail when they run.
BROKEN = {
    "a resource through two names": (
        {
            "a.py": HEAD + "@dg.asset(required_resource_keys={'lake'})\ndef one(context):\n    c = context\n"
            "    found = c.resources\n    found.laek\n" + DEFINED
        },
        "orchestrator.resources-declared",
    ),
    "a resource in a nested function": (
        {
            "a.py": HEAD + "@dg.asset(required_resource_keys={'lake'})\ndef one(context):\n    def inner():\n"
            "        return context.resources.other\n    return inner()\n" + DEFINED
        },
        "orchestrator.resources-declared",
    ),
    "a sensor without its resource": (
        {
            "a.py": HEAD + ASSET + "@dg.sensor(target=one)\ndef watch(context):\n    context.resources.lake\n"
            "defs = dg.Definitions(assets=[one], sensors=[watch], resources={'lake': 1})\n"
        },
        "orchestrator.resources-declared",
    ),
    "keys of another file lack one": (
        {
            "keys.py": "KEYS = ['lake']\n",
            "a.py": HEAD + "from keys import KEYS\n@dg.op(required_resource_keys=set(KEYS))\ndef work(context):\n"
            "    context.resources.other\n@dg.job\ndef all():\n    work()\n"
            "defs = dg.Definitions(jobs=[all], resources={'lake': 1})\n",
        },
        "orchestrator.resources-declared",
    ),
    "both ways, by a class of another file": (
        {
            "lake.py": HEAD + "class Base(dg.ConfigurableResource):\n    pass\nclass Lake(Base):\n    pass\n",
            "a.py": HEAD + "from lake import Lake\n@dg.asset(required_resource_keys={'x'})\n"
            "def one(context, lake: Lake):\n    pass\n"
            "defs = dg.Definitions(assets=[one], resources={'lake': Lake(), 'x': 1})\n",
        },
        "orchestrator.resources-declared-once",
    ),
    "both ways, of an op": (
        {
            "a.py": HEAD + "@dg.op(required_resource_keys={'x'})\ndef work(lake: dg.ResourceParam[int]):\n    pass\n"
            "@dg.job\ndef all():\n    work()\ndefs = dg.Definitions(jobs=[all], resources={'lake': 1, 'x': 1})\n"
        },
        "orchestrator.resources-declared-once",
    ),
    "an underscore": (
        {
            "a.py": HEAD + "@dg.asset(required_resource_keys={'_lake'})\ndef one(context):\n"
            "    context.resources._lake\ndefs = dg.Definitions(assets=[one], resources={'_lake': 1})\n"
        },
        "orchestrator.resource-keys-valid",
    ),
    "a union that lacks one": (
        {
            "a.py": HEAD + ASSET + "BASE = {'laek': 1}\n"
            "defs = dg.Definitions(assets=[one], resources={**BASE, 'other': 2})\n"
        },
        "orchestrator.resources-provided",
    ),
    "a typed parameter that nothing provides": (
        {"a.py": HEAD + RESOURCE + "@dg.asset\ndef one(lake: Lake):\n    pass\ndefs = dg.Definitions(assets=[one])\n"},
        "orchestrator.resources-provided",
    ),
    "one key of two modules": (
        {
            "b.py": HEAD + "@dg.asset(name='one')\ndef other():\n    pass\n",
            "a.py": HEAD + "from b import other\n@dg.asset\ndef one():\n    pass\n"
            "defs = dg.Definitions(assets=[one, other])\n",
        },
        "orchestrator.asset-keys-unique",
    ),
    "an input that is nowhere": (
        {
            "a.py": HEAD + "@dg.asset\ndef one():\n    return 1\n@dg.asset\ndef two(onne):\n    pass\n"
            "defs = dg.Definitions(assets=[one, two])\n"
        },
        "orchestrator.asset-inputs-exist",
    ),
    "an input that another is called": (
        {
            "a.py": HEAD + "@dg.asset\ndef one():\n    return 1\n@dg.asset(ins={'it': dg.AssetIn('onne')})\n"
            "def two(it):\n    pass\ndefs = dg.Definitions(assets=[one, two])\n"
        },
        "orchestrator.asset-inputs-exist",
    ),
    "a job of nothing": (
        {
            "a.py": HEAD + "@dg.asset\ndef one():\n    pass\njob = dg.define_asset_job('j', selection='onne')\n"
            "defs = dg.Definitions(assets=[one], jobs=[job])\n"
        },
        "orchestrator.job-assets-exist",
    ),
    "a schedule of nothing": (
        {
            "a.py": HEAD + "@dg.asset\ndef one():\n    pass\n"
            "@dg.schedule(cron_schedule='0 0 * * *', job_name='al')\ndef nightly():\n    return {}\n"
            "defs = dg.Definitions(assets=[one], jobs=[dg.define_asset_job('all')], schedules=[nightly])\n"
        },
        "orchestrator.triggers-name-jobs",
    ),
    "a cron string of another kind": (
        {
            "a.py": HEAD + "@dg.asset\ndef one():\n    pass\njob = dg.define_asset_job('all')\n"
            "hourly = dg.ScheduleDefinition(job=job, cron_schedule='0 24 * * *')\n"
            "defs = dg.Definitions(assets=[one], schedules=[hourly])\n"
        },
        "orchestrator.cron-valid",
    ),
    "no Python": ({"a.py": HEAD + "def one(:\n"}, "orchestrator.code-readable"),
}
# Dagster loads these: they fail when they run.
FAILS_LATER = {
    "a resource through two names",
    "a resource in a nested function",
    "a sensor without its resource",
    "keys of another file lack one",
    "an underscore",
}
