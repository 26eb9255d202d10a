{{- /*
What the three charts share: a workload of `.Values.workloads` becomes a Service and a Deployment (a StatefulSet where it
keeps data). Variables are texts that may name platform.yaml (`.platform`), its store (`.store`) and its lineage store
without path (`.lineage`), so that each has one source.
*/ -}}

{{- define "floe.context" -}}
{{- $platform := .Values.platform | required "platform: helm ... --set-file platform=platform.yaml" | fromYaml -}}
{{- $store := get $platform.storage (keys $platform.storage | sortAlpha | first) -}}
{{- $lineage := $platform.observability.lineage_endpoint | default "" | trimSuffix "/api/v1/lineage" -}}
{{- dict "platform" $platform "store" $store "lineage" $lineage | toYaml -}}
{{- end -}}

{{- define "floe.labels" -}}
app.kubernetes.io/name: {{ .name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- end -}}

{{- define "floe.all-labels" -}}
{{ include "floe.labels" . }}
app.kubernetes.io/component: {{ .component }}
app.kubernetes.io/part-of: {{ .root.Chart.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{- end -}}

{{- /* The variables of a container: `env` name -> text, `secretEnv` name -> <Secret>/<key>; secrets first, since a text
may hold $(NAME) of one. */ -}}
{{- define "floe.env" -}}
{{- $scope := merge (dict "Values" .root.Values "Release" .root.Release "Chart" .root.Chart "Template" .root.Template) (include "floe.context" .root | fromYaml) -}}
{{- range $name, $ref := .secretEnv }}
- name: {{ $name }}
  valueFrom: {secretKeyRef: {name: {{ dir $ref }}, key: {{ base $ref }}}}
{{- end }}
{{- range $name, $text := .env }}
- name: {{ $name }}
  value: {{ tpl (toString $text) $scope | quote }}
{{- end }}
{{- end -}}

{{- define "floe.workload" -}}
{{- $root := .root -}}
{{- $w := .workload -}}
{{- $labels := dict "name" .name "component" $w.component "root" $root -}}
{{- $full := printf "%s-%s" $root.Values.prefix .name }}
{{- if $w.ports }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $full }}
  labels: {{- include "floe.all-labels" $labels | nindent 4 }}
spec:
  type: {{ $root.Values.serviceType }}
  selector: {{- include "floe.labels" $labels | nindent 4 }}
  ports:
    {{- range $name, $port := $w.ports }}
    - {name: {{ $name }}, port: {{ $port }}, targetPort: {{ $name }}}
    {{- end }}
{{- end }}
---
apiVersion: apps/v1
kind: {{ if $w.storage }}StatefulSet{{ else }}Deployment{{ end }}
metadata:
  name: {{ $full }}
  labels: {{- include "floe.all-labels" $labels | nindent 4 }}
spec:
  replicas: {{ if hasKey $w "replicas" }}{{ $w.replicas }}{{ else }}1{{ end }}
  {{- if $w.storage }}
  serviceName: {{ $full }}
  {{- end }}
  selector:
    matchLabels: {{- include "floe.labels" $labels | nindent 6 }}
  template:
    metadata:
      labels: {{- include "floe.all-labels" $labels | nindent 8 }}
      annotations:
        checksum/platform: {{ $root.Values.platform | sha256sum }}
        {{- range $name, $file := $w.configs }}
        checksum/{{ $name }}: {{ include (print $root.Template.BasePath "/" $file) $root | sha256sum }}
        {{- end }}
    spec:
      enableServiceLinks: false
      automountServiceAccountToken: {{ $w.serviceAccount | empty | not }}
      {{- with $w.serviceAccount }}
      serviceAccountName: {{ . }}
      {{- end }}
      securityContext:
        {{- toYaml $w.securityContext | nindent 8 }}
        fsGroupChangePolicy: OnRootMismatch
        seccompProfile: {type: RuntimeDefault}
      {{- if or $w.copied $w.waits }}
      initContainers:
      {{- end }}
      {{- with $w.waits }}
        - name: wait
          image: {{ (get $root.Values.workloads .imageOf).image }}
          imagePullPolicy: {{ $root.Values.imagePullPolicy }}
          command: [sh, -c, {{ tpl .script $root | quote }}]
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          resources: {limits: {memory: 64Mi}, requests: {cpu: 10m, memory: 16Mi}}
      {{- end }}
      {{- with $w.copied }}
        - name: copy-configuration
          image: {{ $w.image }}
          imagePullPolicy: {{ $root.Values.imagePullPolicy }}
          command: [sh, -c, "cp /configuration/* {{ .to }}/"]
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          resources: {limits: {memory: 64Mi}, requests: {cpu: 10m, memory: 16Mi}}
          volumeMounts:
            - {name: configuration, mountPath: /configuration}
            - {name: copied, mountPath: {{ .to }}}
      {{- end }}
      containers:
        - name: {{ $.name }}
          image: {{ $w.image }}
          imagePullPolicy: {{ $root.Values.imagePullPolicy }}
          {{- with $w.command }}
          command: {{ toJson . }}
          {{- end }}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
          env: {{- include "floe.env" (dict "env" (merge (dict) ($w.env | default dict) (get ($root.Values.envs | default dict) ($w.envOf | default "") | default dict)) "secretEnv" (merge (dict) ($w.secretEnv | default dict) (get ($root.Values.secretEnvs | default dict) ($w.envOf | default "") | default dict)) "root" $root) | nindent 12 }}
          ports:
            {{- range $name, $port := $w.ports }}
            - {name: {{ $name }}, containerPort: {{ $port }}}
            {{- end }}
          {{- range $probe := list "startupProbe" "readinessProbe" "livenessProbe" }}
          {{- with get $w $probe }}
          {{ $probe }}: {{- toYaml . | nindent 12 }}
          {{- end }}
          {{- end }}
          resources: {{- toYaml $w.resources | nindent 12 }}
          volumeMounts:
            {{- if $w.platform }}
            - {name: platform, mountPath: /etc/floe, readOnly: true}
            {{- end }}
            {{- with $w.copied }}
            - {name: copied, mountPath: {{ .to }}}
            {{- end }}
            {{- with $w.storage }}
            - {name: data, mountPath: {{ .path }}}
            {{- end }}
      volumes:
        {{- if $w.platform }}
        - name: platform
          configMap: {name: {{ $root.Values.platformConfigMap }}}
        {{- end }}
        {{- with $w.copied }}
        - name: copied
          emptyDir: {}
        - name: configuration
          configMap: {name: {{ .from }}}
        {{- end }}
        {{- if and $w.storage (not $root.Values.persistence) }}
        - name: data
          emptyDir: {}
        {{- end }}
  {{- if and $w.storage $root.Values.persistence }}
  volumeClaimTemplates:
    - metadata: {name: data}
      spec:
        accessModes: [ReadWriteOnce]
        resources: {requests: {storage: {{ $w.storage.size }}}}
  {{- end }}
{{- if gt (int ($w.replicas | default 1)) 1 }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $full }}
  labels: {{- include "floe.all-labels" $labels | nindent 4 }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {{- include "floe.labels" $labels | nindent 6 }}
{{- end }}
{{- end -}}

{{- /* Pods of the namespace may reach a chart's pods, others may not. */ -}}
{{- define "floe.network-policy" -}}
{{- if .Values.networkPolicy }}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: {{ .Release.Name }}
  labels: {{- include "floe.all-labels" (dict "name" .Chart.Name "component" "network" "root" .) | nindent 4 }}
spec:
  podSelector:
    matchLabels: {app.kubernetes.io/instance: {{ .Release.Name }}}
  policyTypes: [Ingress]
  ingress:
    - from: [{podSelector: {}}]
{{- end }}
{{- end -}}

{{- define "floe.workloads" -}}
{{- range $name, $workload := .Values.workloads }}
{{- include "floe.workload" (dict "name" $name "workload" $workload "root" $) }}
{{- end }}
{{- include "floe.network-policy" . }}
{{- end -}}
