"""One stream of a manager to its unit, by gRPC's own library for Python and messages that protoc makes of AosCore's files."""

import queue

import grpc


def say_for_ever(waiting):
    while True:
        yield waiting.get()


def converse(address, method, up, down, greet, obey):
    """Greets, then answers each order with what `obey` returns. Ends when the stream does."""
    waiting = queue.Queue()
    for message in greet():
        waiting.put(message)
    with grpc.insecure_channel(address) as channel:
        call = channel.stream_stream(method, up.SerializeToString, down.FromString)
        for order in call(say_for_ever(waiting)):
            for message in obey(order, channel):
                waiting.put(message)


def must(is_so, what):
    """A unit that breaks the protocol is found out: the process ends with 3."""
    if not is_so:
        raise SystemExit(f"protocol broken: {what}")
