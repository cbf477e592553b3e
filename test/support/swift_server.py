"""Runs the four servers of OpenStack Swift, with its S3 interface, in one process on loopback: see s3.ts."""

import ctypes
import os
import signal
import sys

# Ends with the test run that started it, however that ends.
ctypes.CDLL(None).prctl(1, signal.SIGKILL)

import eventlet

eventlet.monkey_patch()

from eventlet import wsgi
from swift.common.ring import RingBuilder
from swift.common.utils import NullLogger, set_swift_dir
from swift.common.wsgi import loadapp

folder, port = sys.argv[1], int(sys.argv[2])
os.makedirs(f"{folder}/devices/disk", exist_ok=True)


class Cache:
    """What memcached does for the proxy, within the process."""

    def __init__(self):
        self.kept = {}

    def get(self, key, **_):
        return self.kept.get(key)

    def set(self, key, value, **_):
        self.kept[key] = value

    def incr(self, key, delta=1, **_):
        self.kept[key] = self.kept.get(key, 0) + delta
        return self.kept[key]

    def delete(self, key, **_):
        self.kept.pop(key, None)


cache = Cache()


def write(name, text):
    with open(f"{folder}/{name}", "w") as file:
        file.write(text)
    return f"{folder}/{name}"


write("swift.conf", "[swift-hash]\nswift_hash_path_suffix = x\n[storage-policy:0]\nname = default\ndefault = yes\n")
set_swift_dir(folder)
common = f"[DEFAULT]\nswift_dir = {folder}\ndevices = {folder}/devices\nmount_check = false\ndisable_fallocate = true\nlog_level = ERROR\n"


def serve(kind, number, text):
    socket = eventlet.listen(("127.0.0.1", number))
    app = loadapp(write(f"{kind}.conf", common + text), global_conf={"log_name": kind})

    def with_cache(environment, start_response):
        return app({**environment, "swift.cache": cache}, start_response)

    eventlet.spawn(wsgi.server, socket, with_cache, NullLogger(), log_output=False, keepalive=True, debug=False)
    return socket.getsockname()[1]


for kind in ("account", "container", "object"):
    at = serve(kind, 0, f"[pipeline:main]\npipeline = server\n[app:server]\nuse = egg:swift#{kind}\n")
    builder = RingBuilder(0, 1, 1)
    builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": at, "device": "disk", "weight": 1})
    builder.rebalance()
    builder.get_ring().save(f"{folder}/{kind}.ring.gz")

serve(
    "proxy",
    port,
    """
[pipeline:main]
pipeline = catch_errors gatekeeper listing_formats s3api tempauth bulk slo dlo copy proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
allow_account_management = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
s3_acl = false
min_segment_size = 1
check_bucket_owner = false
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_test_tester = testing .admin
[filter:bulk]
use = egg:swift#bulk
[filter:slo]
use = egg:swift#slo
allow_async_delete = false
[filter:dlo]
use = egg:swift#dlo
[filter:copy]
use = egg:swift#copy
""",
)
print("ready", flush=True)
while True:
    eventlet.sleep(3600)
