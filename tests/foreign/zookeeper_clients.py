"""kazoo against our ZooKeeper."""
import threading

from kazoo.client import KazooClient
from kazoo.exceptions import BadVersionError, NodeExistsError, NoAuthError, NoNodeError, NotEmptyError
from kazoo.security import make_digest_acl


def connected(servers, **options):
    client = KazooClient(hosts=servers.zookeeper, timeout=6.0, **options)
    client.start(10)
    return client


def nodes(servers):
    client = connected(servers)
    client.create("/foreign", b"data")
    data, stat = client.get("/foreign")
    assert (data, stat.version, stat.numChildren) == (b"data", 0, 0)
    try:
        client.create("/foreign")
        raise AssertionError("it exists")
    except NodeExistsError:
        pass
    assert client.set("/foreign", b"more", version=0).version == 1
    for wrong, error in [
        (lambda: client.set("/foreign", b"", version=0), BadVersionError),
        (lambda: client.get("/none"), NoNodeError),
    ]:
        try:
            wrong()
            raise AssertionError(error)
        except error:
            pass
    assert client.create("/foreign/s-", sequence=True) == "/foreign/s-0000000000"
    assert client.create("/foreign/s-", sequence=True) == "/foreign/s-0000000001"
    assert sorted(client.get_children("/foreign")) == ["s-0000000000", "s-0000000001"]
    try:
        client.delete("/foreign")
        raise AssertionError("it has children")
    except NotEmptyError:
        pass
    client.delete("/foreign", recursive=True)
    assert client.exists("/foreign") is None
    client.stop()
    client.close()


def transactions(servers):
    client = connected(servers)
    client.ensure_path("/multi")
    request = client.transaction()
    request.create("/multi/a", b"1")
    request.set_data("/multi", b"2")
    request.check("/multi/none", 0)
    results = request.commit()
    assert isinstance(results[2], NoNodeError), results
    assert client.exists("/multi/a") is None, "all or nothing"
    request = client.transaction()
    request.create("/multi/a", b"1")
    request.delete("/multi/a")
    results = request.commit()
    assert results == ["/multi/a", True], results
    client.delete("/multi", recursive=True)
    client.stop()
    client.close()


def watches(servers):
    client, other = connected(servers), connected(servers)
    seen, changed = [], threading.Event()

    def on_event(event):
        seen.append((event.type, event.path))
        changed.set()

    client.ensure_path("/watched")
    client.get("/watched", watch=on_event)
    other.set("/watched", b"x")
    assert changed.wait(5) and seen == [("CHANGED", "/watched")], seen
    changed.clear()
    client.get_children("/watched", watch=on_event)
    other.create("/watched/c")
    assert changed.wait(5) and seen[-1] == ("CHILD", "/watched"), seen
    changed.clear()
    client.exists("/watched/d", watch=on_event)
    other.create("/watched/d")
    assert changed.wait(5) and seen[-1] == ("CREATED", "/watched/d"), seen
    for each in (client, other):
        each.stop()
        each.close()


def sessions(servers):
    client, other = connected(servers), connected(servers)
    client.create("/ephemeral", ephemeral=True)
    gone = threading.Event()
    assert other.exists("/ephemeral", watch=lambda _: gone.set()).ephemeralOwner == client.client_id[0]
    client.stop()
    client.close()
    assert gone.wait(5), "the ephemeral goes with its session"
    assert other.exists("/ephemeral") is None
    other.stop()
    other.close()


def authentication(servers):
    owner = connected(servers, auth_data=[("digest", "me:secret")])
    stranger = connected(servers)
    owner.create("/private", b"mine", acl=[make_digest_acl("me", "secret", all=True)])
    try:
        stranger.get("/private")
        raise AssertionError("not for strangers")
    except NoAuthError:
        pass
    stranger.add_auth("digest", "me:secret")
    assert stranger.get("/private")[0] == b"mine"
    owner.delete("/private")
    for each in (owner, stranger):
        each.stop()
        each.close()


def recipes(servers):
    client, other = connected(servers), connected(servers)
    lock, rival = client.Lock("/lock", "a"), other.Lock("/lock", "b")
    with lock:
        assert not rival.acquire(blocking=False)
    assert rival.acquire(timeout=5)
    rival.release()
    queue = client.Queue("/queue")
    for item in (b"1", b"2", b"3"):
        queue.put(item)
    assert [queue.get() for _ in range(3)] == [b"1", b"2", b"3"]
    counter = client.Counter("/counter")
    counter += 5
    assert other.Counter("/counter").value == 5
    for each in (client, other):
        each.stop()
        each.close()


def words(servers):
    client = connected(servers)
    assert client.command(b"ruok") == "imok"
    assert "Mode: standalone" in client.command(b"srvr")
    assert "zk_server_state\tstandalone" in client.command(b"mntr")
    client.stop()
    client.close()


CHECKS = [nodes, transactions, watches, sessions, authentication, recipes, words]
