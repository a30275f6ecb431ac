import type { ChannelOptions } from '@grpc/grpc-js'

// An order for 1,024 instances with long environments stays below; the default of 4 MiB would not do.
const mostMessageBytes = 16 * 1024 * 1024
const pingEveryMs = 10_000
const pingTimeoutMs = 3_000

/** As AosCore's programs do (aoscore.md 1.1): pings each 10 s, also without a call; connects again after 1 to 3 s. */
export const clientOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': pingEveryMs,
  'grpc.keepalive_timeout_ms': pingTimeoutMs,
  'grpc.keepalive_permit_without_calls': 1,
  'grpc.initial_reconnect_backoff_ms': 1_000,
  'grpc.max_reconnect_backoff_ms': 3_000,
  'grpc.enable_retries': 0,
  'grpc.use_local_subchannel_pool': 1,
  'grpc.max_receive_message_length': mostMessageBytes,
  'grpc.max_send_message_length': mostMessageBytes,
}

export const serverOptions: ChannelOptions = {
  'grpc.keepalive_time_ms': pingEveryMs,
  'grpc.keepalive_timeout_ms': pingTimeoutMs,
  'grpc.max_receive_message_length': mostMessageBytes,
  'grpc.max_send_message_length': mostMessageBytes,
}
