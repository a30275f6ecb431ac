"""An update manager of one component, strict: `update_manager.py ADDRESS NODE COMPONENT VERSION` (aoscore.md 1.4, 7.1, 7.2)."""

import hashlib
import os
import sys
from urllib.parse import urlparse

from stream import converse, must
from updatemanager.v2 import updatemanager_pb2 as um

address, node, component, installed = sys.argv[1:5]
kind = component.split("_")[0]
state, target, error = um.IDLE, None, ""


def status():
    shown = [um.ComponentStatus(component_id=component, component_type=kind, version=installed, state=um.INSTALLED)]
    if target is not None:
        broken = um.ERROR if state == um.FAILED else um.INSTALLING
        one = um.ComponentStatus(component_id=target.component_id, component_type=kind, version=target.version, state=broken)
        one.error.message = error
        shown.append(one)
    said = um.UpdateStatus(node_id=node, priority=1, update_state=state, components=shown)
    said.error.message = error
    return said


def why_not(components):
    """What AosCore's update manager refuses, in its words (7.1)."""
    if not components:
        return "prepare component list is empty"
    one = components[0]
    if one.component_id != component:
        return f"component {one.component_id} is not installed"
    if one.version == installed:
        return f"component already has required version: {one.version}"
    url = urlparse(one.url)
    must(url.scheme == "file" and os.path.isabs(url.path), f"url {one.url}")
    with open(url.path, "rb") as image:
        content = image.read()
    must(len(content) == one.size, f"size {one.size} of {len(content)} bytes")
    return "" if hashlib.sha3_256(content).digest() == one.sha256 else "checksum sha256 mismatch"


def prepare(components):
    global state, target, error
    must(state == um.IDLE, "PrepareUpdate out of IDLE")
    target = components[0] if components else None
    error = why_not(components)
    state = um.FAILED if error else um.PREPARED


def start():
    global state
    must(state == um.PREPARED, "StartUpdate out of PREPARED")
    state = um.UPDATED


def apply():
    global state, installed, target
    must(state == um.UPDATED, "ApplyUpdate out of UPDATED")
    state, installed, target = um.IDLE, target.version, None


def revert():
    global state, target, error
    must(state != um.IDLE, "RevertUpdate in IDLE")
    state, target, error = um.IDLE, None, ""


def obey(order, _channel):
    what = order.WhichOneof("CMMessage")
    if what == "prepare_update":
        prepare(order.prepare_update.components)
    else:
        orders = {"start_update": start, "apply_update": apply, "revert_update": revert}
        must(what in orders, f"an order of no known kind: {order}")
        orders[what]()
    return [status()]


converse(address, "/updatemanager.v2.UMService/RegisterUM", um.UpdateStatus, um.CMMessages, lambda: [status()], obey)
