{{/* Labels. Pods of a component are found by the last two. */}}
{{- define "qiandao.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: qiandao
{{- end }}

{{- define "qiandao.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .name }}
{{- end }}

{{- define "qiandao.image" -}}
{{- $tag := .Values.image.tag | default .Chart.AppVersion -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ $tag }}
{{- end -}}
{{- end }}

{{/* An entry of `components` over `defaults`. */}}
{{- define "qiandao.component" -}}
{{- mergeOverwrite (deepCopy .root.Values.defaults) (deepCopy (index .root.Values.components .name)) | toYaml -}}
{{- end }}

{{- define "qiandao.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "qiandao.container" -}}
image: {{ include "qiandao.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{/* Where every service is, for those who call them. */}}
{{- define "qiandao.target" -}}
dns:///{{ .name }}-headless.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}:50051
{{- end }}

{{/* Variables that every process of ours reads. */}}
{{- define "qiandao.env.shared" -}}
{{- $values := .Values -}}
- {name: QIANDAO_ENVIRONMENT, value: {{ ternary "local" "production" $values.dev.enabled }}}
- {name: QIANDAO_LOG_LEVEL, value: {{ $values.logLevel | quote }}}
- {name: QIANDAO_OTLP_ENDPOINT, value: {{ $values.external.otlp.endpoint | quote }}}
- {name: QIANDAO_TRACE_RATIO, value: {{ $values.traceRatio | quote }}}
- {name: QIANDAO_PUBLIC_URL, value: {{ $values.publicUrl | quote }}}
- {name: QIANDAO_TLS_CA_FILE, value: /run/qiandao/tls/ca.crt}
- {name: QIANDAO_TLS_CERT_FILE, value: /run/qiandao/tls/tls.crt}
- {name: QIANDAO_TLS_KEY_FILE, value: /run/qiandao/tls/tls.key}
{{- end }}

{{/* CA files of the servers that a component talks to: a list of dicts `server`, `variable`. */}}
{{- define "qiandao.env.ca" -}}
{{- range .servers }}
{{- $tls := (index $.root.Values.external .server).tls }}
{{- if $tls.enabled }}
- {name: {{ .variable }}, value: /run/qiandao/ca/{{ .server }}.pem}
{{- end }}
{{- end }}
{{- end }}

{{- define "qiandao.volume.ca" -}}
{{- $enabled := list }}
{{- range .servers }}
{{- if (index $.root.Values.external .server).tls.enabled }}{{ $enabled = append $enabled .server }}{{ end }}
{{- end }}
{{- if $enabled }}
- name: ca
  projected:
    defaultMode: 0440
    sources:
    {{- range $enabled }}
    {{- $tls := (index $.root.Values.external .).tls }}
    - secret: {name: {{ $tls.caSecret }}, items: [{key: {{ $tls.caKey }}, path: {{ . }}.pem}]}
    {{- end }}
{{- end }}
{{- end }}

{{/* The servers that a component talks to. */}}
{{- define "qiandao.servers" -}}
{{- if .mysql }}
- {server: mysql, variable: QIANDAO_MYSQL_CA_FILE, key: DATABASE_URL}
{{- end }}
{{- if .redis }}
- {server: redis, variable: QIANDAO_REDIS_CA_FILE, key: REDIS_URL}
{{- end }}
{{- if .amqp }}
- {server: rabbitmq, variable: QIANDAO_AMQP_CA_FILE, key: AMQP_URL}
{{- end }}
{{- end }}

{{/* What a component finds in its environment; secrets are paths of files. */}}
{{- define "qiandao.env" -}}
{{- $values := .root.Values }}
{{- $name := .name }}
{{- $prefix := upper .name }}
{{- $component := include "qiandao.component" . | fromYaml }}
{{- $servers := include "qiandao.servers" $component | fromYamlArray }}
{{- include "qiandao.env.shared" .root | nindent 0 }}
- {name: {{ $prefix }}_OPS_ADDRESS, value: "0.0.0.0:9090"}
{{- if $component.grpc }}
- {name: {{ $prefix }}_GRPC_ADDRESS, value: "0.0.0.0:50051"}
{{- end }}
{{- range $component.calls }}
- {name: QIANDAO_{{ upper . }}_TARGET, value: {{ include "qiandao.target" (dict "root" $.root "name" .) | quote }}}
{{- end }}
{{- range $servers }}
- {name: {{ $prefix }}_{{ .key }}_FILE, value: /run/qiandao/secrets/{{ $prefix }}_{{ .key }}}
{{- end }}
{{- include "qiandao.env.ca" (dict "root" $.root "servers" $servers) | nindent 0 }}
{{- if $component.credential }}
- {name: QIANDAO_CREDENTIAL_SECRET_FILE, value: /run/qiandao/secrets/QIANDAO_CREDENTIAL_SECRET}
{{- end }}
{{- if has $name (list "activity" "checkin" "recorder") }}
- {name: QIANDAO_NFC_SECRET_FILE, value: /run/qiandao/secrets/QIANDAO_NFC_SECRET}
{{- end }}
{{- if has $name (list "gateway" "identity") }}
- {name: QIANDAO_WECHAT_TEMPLATES, value: {{ $values.wechat.templates | toJson | quote }}}
{{- end }}
{{- if eq $name "gateway" }}
- {name: QIANDAO_HTTP_HOST, value: "0.0.0.0"}
- {name: QIANDAO_HTTP_PORT, value: "8080"}
- {name: QIANDAO_TRUSTED_PROXIES, value: {{ join "," $values.trustedProxies | quote }}}
- {name: GATEWAY_FAREWELL_S, value: {{ $values.service.farewellSeconds | quote }}}
- {name: GATEWAY_EVENT_SAMPLE_RATE, value: {{ $values.eventSampleRate | quote }}}
- {name: GATEWAY_WECHAT_CHECK, value: {{ $values.wechat.checkFile | quote }}}
- name: QIANDAO_OPS_TARGETS
  value: {{ include "qiandao.opsTargets" $.root | quote }}
{{- end }}
{{- if eq $name "activity" }}
- {name: ACTIVITY_PII_SECRET_FILE, value: /run/qiandao/secrets/ACTIVITY_PII_SECRET}
{{- end }}
{{- if has $name (list "reporting" "exporter") }}
- {name: QIANDAO_EXPORTS_STORE, value: {{ $values.exports.store | quote }}}
{{- range include "qiandao.exportKeys" $.root | fromYamlArray }}
- {name: {{ . }}_FILE, value: /run/qiandao/secrets/{{ . }}}
{{- end }}
{{- with $values.exports }}
{{- if .store }}
- {name: QIANDAO_EXPORTS_ENDPOINT, value: {{ .endpoint | quote }}}
- {name: QIANDAO_EXPORTS_REGION, value: {{ .region | quote }}}
- {name: QIANDAO_EXPORTS_VIRTUAL_HOST, value: {{ .virtualHost | quote }}}
- {name: QIANDAO_ROBOT_HOSTS, value: {{ .robotHosts | quote }}}
- {name: QIANDAO_ROBOT_NETWORKS, value: {{ .robotNetworks | quote }}}
{{- end }}
{{- end }}
{{- end }}
{{- if eq $name "identity" }}
- {name: IDENTITY_SIGNING_KEYS_FILE, value: /run/qiandao/secrets/IDENTITY_SIGNING_KEYS}
- {name: IDENTITY_PII_SECRET_FILE, value: /run/qiandao/secrets/IDENTITY_PII_SECRET}
- {name: IDENTITY_WECHAT_APP_ID, value: {{ $values.wechat.appId | quote }}}
- {name: IDENTITY_WECHAT_APP_SECRET_FILE, value: /run/qiandao/secrets/IDENTITY_WECHAT_APP_SECRET}
{{- if $values.dev.enabled }}
- {name: IDENTITY_WECHAT_BASE_URL, value: {{ $values.dev.wechatBaseUrl | quote }}}
{{- end }}
{{- end }}
{{- end }}

{{/* Where WeChat listens, or the simulator. */}}
{{- define "qiandao.wechatPort" -}}
{{- $url := .Values.dev.wechatBaseUrl | default "https://api.weixin.qq.com" -}}
{{- $said := regexFind ":[0-9]+$" (urlParse $url).host | trimPrefix ":" -}}
{{- $said | default (ternary "443" "80" (hasPrefix "https:" $url)) -}}
{{- end }}

{{/* The components that run: the exporter only where files have a place. */}}
{{- define "qiandao.running" -}}
{{- range $name, $_ := .Values.components }}
{{- if or $.Values.exports.store (ne $name "exporter") }}
- {{ $name }}
{{- end }}
{{- end }}
{{- end }}

{{/* What seals files, and opens their bucket. */}}
{{- define "qiandao.exportKeys" -}}
{{- if .Values.exports.store }}
- QIANDAO_EXPORTS_SECRET
- QIANDAO_EXPORTS_ACCESS_KEY
- QIANDAO_EXPORTS_SECRET_KEY
{{- end }}
{{- end }}

{{/* Every Secret of yours, with the keys that pods mount: a map of lists. */}}
{{- define "qiandao.neededSecrets" -}}
{{- $needed := list }}
{{- range $name := include "qiandao.running" . | fromYamlArray }}
{{- $component := include "qiandao.component" (dict "root" $ "name" $name) | fromYaml }}
{{- range include "qiandao.servers" $component | fromYamlArray }}
{{- $needed = append $needed (list (index $.Values.external .server).existingSecret (printf "%s_%s" (upper $name) .key)) }}
{{- end }}
{{- end }}
{{- range .Values.migrations.services }}
{{- $needed = append $needed (list $.Values.external.mysql.existingSecret (printf "%s_MIGRATION_DATABASE_URL" (upper .))) }}
{{- end }}
{{- range list "QIANDAO_CREDENTIAL_SECRET" "QIANDAO_NFC_SECRET" "IDENTITY_SIGNING_KEYS" "IDENTITY_PII_SECRET" "IDENTITY_WECHAT_APP_SECRET" "ACTIVITY_PII_SECRET" }}
{{- $needed = append $needed (list $.Values.secrets.existingSecret .) }}
{{- end }}
{{- range include "qiandao.exportKeys" . | fromYamlArray }}
{{- $needed = append $needed (list $.Values.secrets.existingSecret .) }}
{{- end }}
{{- range list "mysql" "redis" "rabbitmq" }}
{{- with (index $.Values.external .).tls }}
{{- if .enabled }}{{ $needed = append $needed (list .caSecret .caKey) }}{{ end }}
{{- end }}
{{- end }}
{{- if .Values.mtls.existingSecrets }}
{{- range $name := append (include "qiandao.running" . | fromYamlArray) "synthetic" }}
{{- range list "ca.crt" "tls.crt" "tls.key" }}
{{- $needed = append $needed (list (printf "%s-tls" $name) .) }}
{{- end }}
{{- end }}
{{- end }}
{{- $keys := dict }}
{{- range $needed }}
{{- $secret := first . }}
{{- $_ := set $keys $secret (append (get $keys $secret | default list) (last .) | uniq) }}
{{- end }}
{{- $keys | toYaml }}
{{- end }}

{{/* Whether a component's replicas are an autoscaler's business. */}}
{{- define "qiandao.isScaled" -}}
{{- if and (ne .root.Values.autoscaling.engine "none") (hasKey .root.Values.autoscaling.targets .name) }}yes{{ end }}
{{- end }}

{{/* The ops pages of every component, for `kubectl exec deploy/gateway -- qiandao doctor`. */}}
{{- define "qiandao.opsTargets" -}}
{{- $found := list }}
{{- range $name := include "qiandao.running" . | fromYamlArray }}
{{- if ne $name "gateway" }}
{{- $found = append $found (printf "%s=%s-headless.%s.svc.%s:9090" $name $name $.Release.Namespace $.Values.clusterDomain) }}
{{- end }}
{{- end }}
{{- join "," $found }}
{{- end }}

{{- define "qiandao.behavior" -}}
{{- with .Values.autoscaling -}}
scaleUp:
  stabilizationWindowSeconds: 0
  selectPolicy: Max
  policies:
    - {type: Percent, value: {{ .scaleUp.percent }}, periodSeconds: {{ .scaleUp.periodSeconds }}}
    - {type: Pods, value: {{ .scaleUp.pods }}, periodSeconds: {{ .scaleUp.periodSeconds }}}
scaleDown:
  stabilizationWindowSeconds: {{ .scaleDown.stabilizationSeconds }}
  policies:
    - {type: Percent, value: {{ .scaleDown.percent }}, periodSeconds: {{ .scaleDown.periodSeconds }}}
{{- end }}
{{- end }}

{{/* What Prometheus is asked, by target. The calendar asks before the rush, the rates while it lasts. */}}
{{- define "qiandao.triggers" -}}
{{- $target := .target }}
{{- with $target.attemptsPerSecond }}
{{- if eq $.name "gateway" }}
- {name: attempts, threshold: "{{ . }}", query: 'sum(rate(http_requests_total{job="gateway",route="/v1/checkins"}[30s]))'}
{{- else if eq $.name "recorder" }}
- {name: attempts, threshold: "{{ . }}", query: 'sum(rate(checkin_attempts_total{job="checkin"}[30s]))'}
{{- else }}
- {name: attempts, threshold: "{{ . }}", query: 'sum(rate(checkin_attempts_total{job="{{ $.name }}"}[30s]))'}
{{- end }}
{{- end }}
{{- with $target.backlogMessages }}
- {name: backlog, threshold: "{{ . }}", query: 'sum(rabbitmq_detailed_queue_messages_ready{queue="checkin.record.v1"})'}
{{- end }}
{{- with $target.peopleExpected }}
- {name: calendar, threshold: "{{ . }}", query: 'max(calendar_expected_checkins{within="15m"})'}
{{- end }}
{{- end }}
