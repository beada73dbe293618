{{- $nats := .Values.nats -}}
{{- $clustered := gt (int $nats.replicas) 1 -}}
{{- $users := $nats.users -}}
server_name: $POD_NAME
port: 4222
http_port: 8222
pid_file: /run/nats/nats.pid
max_payload: {{ $nats.maxPayload }}
lame_duck_duration: {{ $nats.lameDuckSeconds }}s
lame_duck_grace_period: 5s

jetstream {
  store_dir: /data
  max_memory_store: {{ $nats.jetstream.memory }}
  max_file_store: {{ include "sens.nats.maxFileStore" . }}
  # When the server syncs to disk: "always" means before it acknowledges.
  sync_interval: {{ $nats.jetstream.syncInterval }}
}
{{- if $nats.tls.enabled }}

tls {
  cert_file: /run/secrets/sens/nats-tls/tls.crt
  key_file: /run/secrets/sens/nats-tls/tls.key
  ca_file: /run/secrets/sens/nats-tls/ca.crt
}
{{- end }}
{{- if $clustered }}

cluster {
  name: {{ include "sens.nats.name" . }}
  port: 6222
  authorization { user: route, password: $ROUTE_PASSWORD, timeout: 5 }
  routes: [
    {{- range $i := until (int $nats.replicas) }}
    nats://route:$ROUTE_PASSWORD@{{ include "sens.nats.name" $ }}-{{ $i }}.{{ include "sens.nats.name" $ }}-headless:6222
    {{- end }}
  ]
  {{- if $nats.tls.enabled }}
  tls {
    cert_file: /run/secrets/sens/nats-tls/tls.crt
    key_file: /run/secrets/sens/nats-tls/tls.key
    ca_file: /run/secrets/sens/nats-tls/ca.crt
    verify: true
  }
  {{- end }}
}
{{- end }}

# Each service may do what it does and no more. None but the migration's user can delete or empty a stream of messages.
authorization {
  timeout: 5
  users: [
    {
      user: {{ $users.ingest | quote }}, password: $INGEST_PASSWORD
      permissions: {
        publish: {
          allow: ["sens.raw.>", "sens.parked.>", "sens.session.>", "sens.command.>", "sens.replica.answer.>", "$JS.API.>", "$JS.ACK.>"]
          deny: ["$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.PURGE.SENS_RAW", "$JS.API.STREAM.PURGE.SENS_DLQ", "$JS.API.STREAM.PURGE.SENS_EVENTS"]
        }
        subscribe: ["_INBOX.>", "sens.command.>", "sens.replica.ask"]
      }
    }
    {
      user: {{ $users.worker | quote }}, password: $WORKER_PASSWORD
      permissions: {
        publish: {
          allow: ["sens.raw.>", "sens.event.>", "sens.dlq.>", "sens.job.>", "sens.command.>", "sens.replica.answer.>", "$JS.API.>", "$JS.ACK.>"]
          deny: ["$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.PURGE.SENS_DLQ"]
        }
        subscribe: ["_INBOX.>", "sens.replica.ask"]
      }
    }
    {
      user: {{ $users.api | quote }}, password: $API_PASSWORD
      permissions: {
        publish: {
          allow: ["sens.raw.>", "sens.event.>", "sens.command.>", "sens.job.>", "sens.request.>", "sens.replica.>", "$JS.API.>", "$JS.ACK.>"]
          deny: ["$JS.API.STREAM.DELETE.>", "$JS.API.STREAM.PURGE.SENS_RAW", "$JS.API.STREAM.PURGE.SENS_EVENTS"]
        }
        subscribe: ["_INBOX.>", "sens.event.>", "sens.replica.>"]
      }
    }
    { user: {{ $users.admin | quote }}, password: $ADMIN_PASSWORD }
  ]
}
{{- with $nats.config }}

{{ . }}
{{- end }}
