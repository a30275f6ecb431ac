"""A service manager that runs nothing and says it does, strict: `service_manager.py ADDRESS NODE` (aoscore.md 1.5)."""

import json
import sys
import urllib.request

from servicemanager.v5 import servicemanager_pb2 as sm
from stream import converse, must

address, node = sys.argv[1:3]
runtime = "runtime-of-python"
config = ("absent", "0.0.0")
runs = {}


def key(ident):
    return (ident.item_id, ident.subject_id, ident.instance, ident.type)


def instances(message):
    return message(instances=list(runs.values()))


def greet():
    info = sm.SMInfo(node_id=node, runtimes=[sm.RuntimeInfo(runtime_id=runtime, type="python", max_instances=4)])
    info.runtimes[0].os_info.os = "linux"
    info.runtimes[0].arch_info.architecture = "amd64"
    yield sm.SMOutgoingMessages(sm_info=info)
    yield sm.SMOutgoingMessages(node_instances_status=instances(sm.NodeInstancesStatus))


def start(order, channel):
    """Fetches the manifest where the unit says it is, and only then counts as active."""
    must(order.runtime_id == runtime, f"an instance for runtime {order.runtime_id}")
    must(order.uid > 0 and order.gid > 0, "an instance of nobody")
    ask = channel.unary_unary(
        "/servicemanager.v5.SMService/GetBlobsInfos", sm.BlobsInfosRequest.SerializeToString, sm.BlobsInfos.FromString
    )
    (url,) = ask(sm.BlobsInfosRequest(digests=[order.manifest_digest])).urls
    with urllib.request.urlopen(url, timeout=10) as answer:
        json.load(answer)
    one = sm.InstanceStatus(
        instance=order.instance,
        version=order.version,
        runtime_id=runtime,
        manifest_digest=order.manifest_digest,
        state="active",
    )
    runs[key(order.instance)] = one


def update(order, channel):
    for ident in order.stop_instances:
        must(key(ident) in runs, "a stop of what does not run")
        del runs[key(ident)]
    for one in order.start_instances:
        must(key(one.instance) not in runs or runs[key(one.instance)].version != one.version, "a start of what runs")
        start(one, channel)
    return [sm.SMOutgoingMessages(node_instances_status=instances(sm.NodeInstancesStatus))]


def configured(state, version):
    return [sm.SMOutgoingMessages(node_config_status=sm.NodeConfigStatus(state=state, version=version))]


def obey(order, channel):
    global config
    what = order.WhichOneof("SMIncomingMessage")
    if what == "update_instances":
        return update(order.update_instances, channel)
    if what == "get_node_config_status":
        return configured(*config)
    if what == "check_node_config":
        json.loads(order.check_node_config.node_config)
        return configured("installed", order.check_node_config.version)
    if what == "set_node_config":
        json.loads(order.set_node_config.node_config)
        config = ("installed", order.set_node_config.version)
        return configured(*config)
    if what == "get_average_monitoring":
        said = sm.AverageMonitoring(node_monitoring=sm.MonitoringData(ram=7))
        said.node_monitoring.timestamp.GetCurrentTime()
        return [sm.SMOutgoingMessages(average_monitoring=said)]
    if what == "system_log_request":
        asked = order.system_log_request
        part = sm.LogData(correlation_id=asked.correlation_id, part_count=1, part=1, status="empty")
        return [sm.SMOutgoingMessages(log=part)]
    must(what == "connection_status", f"an order of no known kind: {order}")
    return []


converse(
    address, "/servicemanager.v5.SMService/RegisterSM", sm.SMOutgoingMessages, sm.SMIncomingMessages, greet, obey
)
