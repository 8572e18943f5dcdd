"""Files: sent as forms, kept as they are, downloaded again."""

import pytest
from speaking import STAMP, Packages, Reply, Site, call, differences, download, resource, show, some_id, upload

TABLE = b"ford,depth\r\nmill,30\r\n\xff\x00"


def revise(site: Site, package: str, files: dict[str, tuple[str, bytes]], **params: object) -> Reply:
    """Revise a package with files."""
    return upload(site, "package_revise", {"match": {"id": package}} | params, files)


def test_a_file_for_a_resource(site: Site, packages: Packages) -> None:
    """A file takes the place of a link: its name is cleaned, its size counted, its bytes kept."""
    made = packages.record(resources=[resource(), resource("Map")])
    [first, second] = made["resources"]

    reply = revise(
        site,
        made["id"],
        {f"update__resources__{first['id']}__upload": ("Fords & Weirs.csv", TABLE)},
        update={"purpose": "x"},
    )

    after = reply.result["package"]
    assert after == show(site, made["id"])
    changed = differences(made, after)
    assert changed.keys() == {"purpose", "resources"}
    assert changed["resources"][1] == second
    [file, _] = changed["resources"]
    assert differences(first, file).keys() == {"url", "url_type", "size", "last_modified"}
    assert (file["url_type"], file["size"]) == ("upload", len(TABLE))
    assert STAMP.fullmatch(file["last_modified"])
    kind = "dataset" if site.old else "bcdc_dataset"
    assert file["url"] == (f"{site.url}/{kind}/{made['id']}/resource/{first['id']}/download/fords-weirs.csv")
    assert download(file["url"]) == (200, TABLE)


def test_a_file_for_a_new_resource(site: Site, packages: Packages) -> None:
    """A new resource and its file come in one revision, the file by the resource's chosen id."""
    made = packages.record(resources=[resource()])
    key = some_id()

    reply = revise(
        site,
        made["id"],
        {f"update__resources__{key}__upload": ("map.json", b"{}")},
        update__resources__extend=[{"id": key, "name": "Map", "format": "JSON", "resource_update_cycle": "daily"}],
    )

    new = reply.result["package"]["resources"][1]
    assert (new["id"], new["name"], new["url_type"], new["size"]) == (key, "Map", "upload", 2)
    assert (new["format"], new["mimetype"]) == ("JSON", "application/json")
    assert new["url"].endswith(f"/resource/{key}/download/map.json")
    assert download(new["url"]) == (200, b"{}")


def test_a_file_for_the_last_resource(site: Site, packages: Packages) -> None:
    """A file may be given to the last resource, whose id CKAN chooses."""
    made = packages.record()

    reply = revise(
        site,
        made["id"],
        {"update__resources__-1__upload": ("notes", b"no ending")},
        update__resources__extend=[{"name": "Notes", "resource_update_cycle": "daily"}],
    )

    [new] = reply.result["package"]["resources"]
    assert (new["url_type"], new["size"], new["format"], new["mimetype"]) == ("upload", 9, "", None)
    assert download(new["url"]) == (200, b"no ending")


def test_several_files(site: Site, packages: Packages) -> None:
    """One revision takes several files."""
    made = packages.record(resources=[resource(), resource("Map")])
    files = {
        f"update__resources__{one['id']}__upload": (f"{one['position']}.csv", one["name"].encode())
        for one in made["resources"]
    }

    reply = revise(site, made["id"], files)

    after = reply.result["package"]["resources"]
    assert [download(one["url"]) for one in after] == [(200, b"Table"), (200, b"Map")]


@pytest.mark.parametrize("params", [{"update": {"notes": ""}}, {"match__title": "x"}])
def test_a_file_of_a_refused_revision(site: Site, packages: Packages, params: dict[str, object]) -> None:
    """Where a revision is refused, the file that was there stays."""
    made = packages.record(resources=[resource()])
    file = f"update__resources__{made['resources'][0]['id']}__upload"
    before = revise(site, made["id"], {file: ("first.csv", TABLE)}).result["package"]

    reply = revise(site, made["id"], {file: ("second.csv", b"other")}, **params)

    assert reply.status == 409
    assert show(site, made["id"]) == before
    assert download(before["resources"][0]["url"]) == (200, TABLE)


def test_a_file_for_no_resource(site: Site, packages: Packages) -> None:
    """A file whose resource is not there is refused."""
    made = packages.record()

    reply = revise(site, made["id"], {"update__resources__abcdefg__upload": ("a.csv", TABLE)})

    key = "resources__abcdefg__upload"
    assert reply.refused == (409, "Validation Error")
    assert key in (reply.error["message"][0] if site.old else reply.error)


def test_other_changes_keep_a_file(site: Site, packages: Packages) -> None:
    """A change of the resource, of another or of the package leaves a file as it is."""
    made = packages.record(resources=[resource()])
    key = made["resources"][0]["id"]
    reply = revise(site, made["id"], {f"update__resources__{key}__upload": ("fords.csv", TABLE)})
    [file] = reply.result["package"]["resources"]

    call(site, "package_revise", {"match": {"id": made["id"]}, f"update__resources__{key}": {"name": "Fords"}})
    call(site, "resource_patch", {"id": key, "description": "All"})
    call(site, "package_patch", {"id": made["id"], "purpose": "x"})

    [after] = show(site, made["id"])["resources"]
    assert differences(file, after) == {"name": "Fords", "description": "All"}
    assert download(after["url"]) == (200, TABLE)


def test_a_link_instead_of_a_file(site: Site, packages: Packages) -> None:
    """A file becomes a link where its kind is taken away with the new address."""
    made = packages.record(resources=[resource()])
    key = made["resources"][0]["id"]
    revise(site, made["id"], {f"update__resources__{key}__upload": ("fords.csv", TABLE)})

    reply = call(
        site,
        "package_revise",
        {
            "match": {"id": made["id"]},
            f"update__resources__{key}": {"url": "https://example.org/fords", "url_type": ""},
        },
    )

    [after] = reply.result["package"]["resources"]
    assert (after["url"], after["url_type"]) == ("https://example.org/fords", "")


def test_create_patch_update(site: Site, packages: Packages) -> None:
    """A resource may be made with a file, and get another by a patch and by an update."""
    made = packages.record()
    fields = {"name": "Fords", "resource_update_cycle": "daily"}

    new = upload(
        site, "resource_create", fields | {"package_id": made["id"]}, {"upload": ("fords.txt", b"one")}
    ).result
    patched = upload(site, "resource_patch", {"id": new["id"]}, {"upload": ("weirs.csv", b"two, too")}).result
    updated = upload(
        site, "resource_update", fields | {"id": new["id"]}, {"upload": ("dams.csv", b"three")}
    ).result

    assert (new["format"], new["mimetype"], new["size"]) == ("TXT", "text/plain", 3)
    assert (patched["format"], patched["mimetype"], patched["size"]) == ("TXT", "text/plain", 8)
    assert (updated["format"], updated["mimetype"], updated["size"]) == ("TXT", "text/csv", 5)
    assert [one["url"].rpartition("/")[2] for one in (new, patched, updated)] == [
        "fords.txt",
        "weirs.csv",
        "dams.csv",
    ]
    assert show(site, made["id"])["resources"] == [updated]
    assert download(updated["url"]) == (200, b"three")


def test_a_form_with_flattened_texts(site: Site, packages: Packages) -> None:
    """The texts of a form are read as JSON where they are JSON."""
    made = packages.record(resources=[resource()])
    key = made["resources"][0]["id"]

    reply = upload(
        site,
        "package_revise",
        {"match__id": made["id"], "update__topics": '["water"]', "update__purpose": "plain text"},
        {f"update__resources__{key}__upload": ("fords.csv", TABLE)},
    )

    after = reply.result["package"]
    assert (after["topics"], after["purpose"]) == (["water"], "plain text")


def test_who_may_download(site: Site, packages: Packages) -> None:
    """The file of a private package is for its organization."""
    made = packages.record(resources=[resource()], private=True)
    key = made["resources"][0]["id"]
    reply = revise(site, made["id"], {f"update__resources__{key}__upload": ("fords.csv", TABLE)})
    [file] = reply.result["package"]["resources"]

    assert download(file["url"])[0] == 403
    assert download(file["url"], site.editor) == (200, TABLE)
    assert download(file["url"], site.member) == (200, TABLE)


NAMES = {
    "Übung Straße.CSV": "ubung-strasse.csv",
    " été & œuvre.txt ": "ete-uvre.txt",
    "日本.csv": ".csv",
    "a" * 150 + ".json": "a" * 95 + ".json",
    "x.abcdefghijklmnopqrstuvwxyz": "x.abcdefghijklmnopqrst",
    "x": "x__",
    "a__b--c.tar.gz": "a__b-c.tar.gz",
}


def test_names_of_files(site: Site, packages: Packages) -> None:
    """Western letters lose their accents, others go; a long name is shortened before its ending."""
    made = packages.dataset()

    new = [upload(site, "resource_create", {"package_id": made["id"]}, {"upload": (name, b"x")}) for name in NAMES]

    assert [one.result["url"].rpartition("/")[2] for one in new] == [*NAMES.values()]


def test_no_file(site: Site, packages: Packages) -> None:
    """An empty field for a file is none."""
    made = packages.record(resources=[resource()])
    file = f"update__resources__{made['resources'][0]['id']}__upload"

    reply = revise(site, made["id"], {file: ("", b"x")})

    assert differences(made, reply.result["package"]) == {}


def test_a_file_stays_one(site: Site, packages: Packages) -> None:
    """Without a word of its kind an upload stays an upload; a new address becomes the name of its file."""
    made = packages.dataset()
    new = upload(site, "resource_create", {"package_id": made["id"]}, {"upload": ("fords.csv", TABLE)}).result

    updated = call(site, "resource_update", {"id": new["id"], "url": "https://example.org/Dams 1.csv"}).result
    nulled = call(site, "resource_patch", {"id": new["id"], "url_type": None}).result

    for one in (updated, nulled):
        assert (one["url_type"], one["size"]) == ("upload", len(TABLE))
        assert one["url"].endswith(f"/resource/{new['id']}/download/dams-1.csv")
    assert download(updated["url"]) == (200, TABLE)
