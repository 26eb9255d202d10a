"""The bundle: the same bytes for the same content, verified on its own, and nothing of it is taken on trust."""

import io
import json
import stat
import struct
import subprocess
import zipfile

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError
from harness.run import Git
from harness.signoff.bundle import MANIFEST, BundleError, read_bundle
from harness.signoff.judge import judge
from harness.signoff.policy import read_policy
from harness.signoff.publish import publish
from harness.signoff.signature import sign
from harness.signoff.verify import verify
from tests.harness.signoff.conftest import NOW, ROOT, failed, run


@pytest.fixture
def bundle_of(tmp_path):
    """Return a function that signs folders off, and returns the bundle."""
    (tmp_path / "policy.yaml").write_text("stages: [semantic]\n")

    def make(*folders, to="signoff"):
        policy = tmp_path / "policy.yaml"
        return publish(judge(folders, read_policy(policy), (), NOW), tmp_path / to, policy)

    return make


def contents(file):
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_results_verdict_policy_and_bill_of_materials(bundle_of, folder_of):
    there = contents(bundle_of(folder_of(run())))
    assert {"policy.yaml", "sbom.cdx.json", "signoff.html", "results/1/run.json", "results/1/digests.json"} <= set(
        there
    )
    bill = json.loads(there["sbom.cdx.json"])
    assert bill["bomFormat"] == "CycloneDX"
    parts = {(each["name"], each.get("version"), each.get("description")) for each in bill["components"]}
    assert ("polaris", "1.7.0", "polaris: stand-in") in parts
    assert "pytest-bdd" in {name for name, _, _ in parts}


def test_the_same_results_make_the_same_bytes(bundle_of, folder_of):
    folders = [folder_of(run()), folder_of(run(id="b" * 32, environment="kind"))]
    assert bundle_of(*folders).read_bytes() == bundle_of(*folders[::-1], to="again").read_bytes()


def test_it_verifies_and_says_what_the_verdict_was(bundle_of, folder_of):
    good = verify(bundle_of(folder_of(run())))
    assert (good.problems, good.signed_off) == ((), True)
    bad = verify(bundle_of(folder_of(run(failed(), id="b" * 32, roots=(ROOT,)))))
    assert (bad.problems, bad.signed_off) == ((), False)


def test_the_bundle_of_a_refusal_for_an_empty_folder_is_as_it_was_made(bundle_of, folder_of, tmp_path):
    (tmp_path / "empty").mkdir()
    found = verify(bundle_of(folder_of(run()), tmp_path / "empty"))
    assert (found.problems, found.signed_off) == ((), False)


def rewritten(file, change):
    """Write the bundle again with other content, its manifest in keeping with it; return its path."""
    from harness.signoff.bundle import write_bundle

    content = {name: data for name, data in contents(file).items() if name != MANIFEST}
    change(content)
    other = file.with_name("other.zip")
    write_bundle(other, content)
    return other


def test_a_verdict_that_was_turned_round_does_not_follow(bundle_of, folder_of):
    def turn(content):
        verdict = json.loads(content["signoff.json"])
        content["signoff.json"] = json.dumps(verdict | {"signed_off": True, "reasons": []}).encode()

    found = verify(rewritten(bundle_of(folder_of(run(failed(), roots=(ROOT,)))), turn))
    assert found.problems == ("its verdict does not follow from its results",)


def test_results_of_another_commit_do_not_pass_for_these(bundle_of, folder_of):
    def swap(content):
        content["results/1/run.json"] = content["results/1/run.json"].replace(b"c" * 40, b"b" * 40)

    assert verify(rewritten(bundle_of(folder_of(run())), swap)).problems


@given(data=st.data())
def test_whatever_byte_changes_no_other_content_is_believed(whole, data):
    file, before, content = whole
    place = data.draw(st.integers(0, len(before) - 1))
    file.write_bytes(before[:place] + bytes([before[place] ^ data.draw(st.integers(1, 255))]) + before[place + 1 :])
    try:
        bundle = read_bundle(file)
    except BundleError:
        return
    assert bundle.problems or contents(file) == content


@given(data=st.data())
def test_a_bundle_that_was_cut_is_refused(whole, data):
    file, before, _ = whole
    file.write_bytes(before[: data.draw(st.integers(0, len(before) - 1))])
    with pytest.raises(BundleError):
        read_bundle(file)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    from harness.signoff.bundle import write_bundle

    file = tmp_path_factory.mktemp("bundle") / "evidence.zip"
    write_bundle(file, {"a.json": b'{"a": 1}' * 10, "results/1/run.json": b"{}"})
    return file, file.read_bytes(), contents(file)


def zipped(tmp_path, *members):
    """Write a zip of (name or ZipInfo, content), and return its path."""
    file = tmp_path / "hostile.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for member, content in members:
            archive.writestr(member, content)
    return file


MANIFESTED = (MANIFEST, '{"format": "floe-harness.bundle/1", "files": {}}')


@pytest.mark.parametrize(
    "name", ["../out", "/etc/out", "a/../../out", "C:/out", "a\\..\\out", "./a", "a//b", "a/", "n\n"]
)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path, name):
    with pytest.raises(BundleError, match="outside of the bundle"):
        read_bundle(zipped(tmp_path, MANIFESTED, (name, "x")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("second", ["a", "A"])
def test_a_name_that_stands_twice_is_refused(tmp_path, second):
    with pytest.raises(BundleError, match="twice"):
        read_bundle(zipped(tmp_path, MANIFESTED, ("a", "x"), (second, "y")))


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("a")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with pytest.raises(BundleError, match="no file"):
        read_bundle(zipped(tmp_path, MANIFESTED, (link, "/etc/passwd")))


def test_a_bomb_is_refused_before_it_goes_off(tmp_path):
    with pytest.raises(BundleError, match="far larger"):
        read_bundle(zipped(tmp_path, MANIFESTED, ("a", b"\0" * 20_000_000)))


def test_a_bomb_that_says_it_is_huge_is_refused(tmp_path):
    file = zipped(tmp_path, MANIFESTED, ("a", b"x"))
    raw = bytearray(file.read_bytes())
    entry = raw.rindex(b"PK\x01\x02")
    raw[entry + 24 : entry + 28] = struct.pack("<I", 0xFFFFFFFE)
    file.write_bytes(raw)
    with pytest.raises(BundleError):
        read_bundle(file)


def test_what_is_no_bundle_is_told(tmp_path):
    with pytest.raises(BundleError, match="not a bundle"):
        read_bundle(zipped(tmp_path, ("a", "x")))
    (tmp_path / "text").write_text("no zip")
    with pytest.raises(BundleError, match="not a zip"):
        read_bundle(tmp_path / "text")
    with pytest.raises(BundleError, match="cannot be read"):
        read_bundle(tmp_path / "none")
    buffer = io.BytesIO(b"[" * 100_000)
    with pytest.raises(BundleError, match=r"manifest\.json is not"):
        read_bundle(zipped(tmp_path, (MANIFEST, buffer.getvalue())))


@pytest.fixture
def keys(tmp_path):
    """Return the files of a private and of its public key."""
    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "key.pem", tmp_path / "key.pub.pem"
    private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return private, public


def test_a_signature_holds_for_this_bundle_and_this_key_alone(bundle_of, folder_of, keys, tmp_path):
    private, public = keys
    bundle = bundle_of(folder_of(run()))
    sign(bundle, private)
    assert verify(bundle, public).problems == ()
    other = bundle_of(folder_of(run(id="b" * 32, git=Git(commit="b" * 40, dirty=False))), to="other")
    assert verify(other, public, bundle.with_name("evidence.zip.sig")).problems == ("it is not signed by this key",)


def test_a_signature_is_plain_ed25519_that_openssl_knows_the_key_of(bundle_of, folder_of, tmp_path):
    key = tmp_path / "own.pem"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(key)], check=True, capture_output=True)
    public = tmp_path / "own.pub.pem"
    subprocess.run(["openssl", "pkey", "-in", str(key), "-pubout", "-out", str(public)], check=True)
    bundle = bundle_of(folder_of(run()))
    sign(bundle, key)
    assert verify(bundle, public).problems == ()


@pytest.mark.parametrize("content", [b"", b"no key", b"\xff"])
def test_what_is_no_key_is_told(bundle_of, folder_of, tmp_path, content):
    (tmp_path / "bad.pem").write_bytes(content)
    with pytest.raises(UsageError, match="not a key that signs"):
        sign(bundle_of(folder_of(run())), tmp_path / "bad.pem")
