package check

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The part of an Application that these tests are about.
type application struct {
	Kind     string
	Metadata struct{ Name, Namespace string }
	Spec     struct {
		Project     string
		Destination struct{ Name, Server, Namespace string }
		Source      *source
		Sources     []source
		SyncPolicy  struct {
			Automated   *struct{ Prune, SelfHeal bool }
			SyncOptions []string
		}
		IgnoreDifferences []struct {
			Group, Kind, Name string
			JSONPointers      []string
		}
	}
}

type source struct{ RepoURL, TargetRevision, Path, Ref string }

type project struct {
	Metadata struct{ Name string }
	Spec     struct {
		SourceRepos              []string
		SourceNamespaces         []string
		Destinations             []struct{ Name, Server, Namespace string }
		ClusterResourceWhitelist []struct{ Group, Kind string }
		Roles                    []any
		SyncWindows              []struct {
			Kind, Schedule, Duration string
			Applications             []string
			ManualSync               bool
		}
	}
}

var (
	commit = regexp.MustCompile(`^[0-9a-f]{40}$`)
)

// faults says what is wrong with the application of an environment.
func faults(environment string, app application) []string {
	var found []string
	fault := func(format string, values ...any) { found = append(found, fmt.Sprintf(format, values...)) }
	name := "sens-" + environment
	if app.Kind != "Application" || app.Metadata.Name != name || app.Metadata.Namespace != "argocd" {
		fault("it is %s %s/%s", app.Kind, app.Metadata.Namespace, app.Metadata.Name)
	}
	if app.Spec.Project != name || app.Spec.Destination.Namespace != name {
		fault("it deploys with project %s to namespace %s", app.Spec.Project, app.Spec.Destination.Namespace)
	}
	if app.Spec.Destination.Name != "sens" || app.Spec.Destination.Server != "" {
		fault("its destination must be the cluster named sens, so that the cluster can move")
	}
	automated := app.Spec.SyncPolicy.Automated
	switch {
	case environment == "production" && automated != nil:
		fault("production has an automated sync policy; it is synced by hand only")
	case environment == "test" && (automated == nil || !automated.Prune || !automated.SelfHeal):
		fault("test must sync by itself, with prune and selfHeal")
	}
	if app.Spec.Source != nil || len(app.Spec.Sources) != 2 {
		fault("it must have two sources: the chart and the deployment")
		return found
	}
	chart, values := app.Spec.Sources[0], app.Spec.Sources[1]
	if !commit.MatchString(chart.TargetRevision) {
		fault("the chart's revision %q is no full commit id", chart.TargetRevision)
	}
	deployment := regexp.MustCompile(`^deploy-` + environment + `-[0-9]+$`)
	if values.Ref != "values" || !deployment.MatchString(values.TargetRevision) {
		fault("the revision of the values, %q, is no tag deploy-%s-N", values.TargetRevision, environment)
	}
	return found
}

func app(t *testing.T, text string) application {
	t.Helper()
	var found application
	decode(t, text, &found)
	return found
}

func TestApplicationsAreAsTheyMustBe(t *testing.T) {
	found := files(t, "../apps", "")
	if len(found) != 3 {
		t.Errorf("apps/ holds %v: one application per environment, and nothing else", found)
	}
	for _, environment := range []string{"test", "staging", "production"} {
		text := read(t, "../apps/sens-"+environment+".yaml")
		if strings.Contains(text, "\n---") {
			t.Errorf("apps/sens-%s.yaml holds more than one object", environment)
		}
		for _, fault := range faults(environment, app(t, text)) {
			t.Errorf("apps/sens-%s.yaml: %s", environment, fault)
		}
	}
}

// The test must be able to fail: what must never be merged is found.
func TestDangerousChangesAreFound(t *testing.T) {
	for name, change := range map[string][3]string{
		"production syncs by itself":      {"production", "  syncPolicy:\n", "  syncPolicy:\n    automated: {}\n"},
		"production syncs, with pruning":  {"production", "  syncPolicy:\n", "  syncPolicy:\n    automated: {prune: true, selfHeal: true}\n"},
		"production follows a branch":     {"production", `targetRevision: "0000000000000000000000000000000000000000"`, "targetRevision: main"},
		"production takes values of main": {"production", "deploy-production-0", "main"},
		"production takes values of test": {"production", "deploy-production-0", "deploy-test-1"},
		"production in a weaker project":  {"production", "project: sens-production", "project: sens-test"},
		"test deploys into production":    {"test", "namespace: sens-test}", "namespace: sens-production}"},
		"test no longer heals":            {"test", "selfHeal: true", "selfHeal: false"},
		"a cluster by its address":        {"test", "{name: sens,", "{server: https://other,"},
	} {
		text := read(t, "../apps/sens-"+change[0]+".yaml")
		changed := strings.Replace(pinned(text, change[0]), change[1], change[2], 1)
		if changed == pinned(text, change[0]) {
			t.Fatalf("%s: the change does not apply", name)
		}
		if len(faults(change[0], app(t, changed))) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
}

// pinned puts the template's revisions in place of whatever is deployed.
func pinned(text, environment string) string {
	text = regexp.MustCompile(`targetRevision: \S+ # the chart`).ReplaceAllString(text, `targetRevision: "`+strings.Repeat("0", 40)+`" # the chart`)
	return regexp.MustCompile(`targetRevision: \S+ # the deployment`).ReplaceAllString(text, "targetRevision: deploy-"+environment+"-0 # the deployment")
}

func TestRootCannotMakeProductionSyncByItself(t *testing.T) {
	root := app(t, read(t, "../bootstrap/root.yaml"))
	held := false
	for _, ignored := range root.Spec.IgnoreDifferences {
		held = held || ignored.Group == "argoproj.io" && ignored.Kind == "Application" && ignored.Name == "sens-production" &&
			len(ignored.JSONPointers) == 1 && ignored.JSONPointers[0] == "/spec/syncPolicy"
	}
	respects := strings.Contains(strings.Join(root.Spec.SyncPolicy.SyncOptions, " "), "RespectIgnoreDifferences=true")
	if !held || !respects {
		t.Error("bootstrap/root.yaml must leave /spec/syncPolicy of sens-production alone (ignoreDifferences, RespectIgnoreDifferences)")
	}
	if automated := root.Spec.SyncPolicy.Automated; automated == nil || automated.Prune {
		t.Error("bootstrap/root.yaml must sync by itself and must not prune")
	}
	for _, source := range root.Spec.Sources {
		if source.Path != "apps" && source.Path != "cluster" {
			t.Errorf("the root application brings %s: projects, policy and itself must stay out of its reach", source.Path)
		}
	}
}

func TestProjectsAllowTheirOwnNamespaceOnly(t *testing.T) {
	for _, environment := range []string{"test", "staging", "production"} {
		var found project
		decode(t, read(t, "../projects/sens-"+environment+".yaml"), &found)
		name := "sens-" + environment
		spec := found.Spec
		if len(spec.Destinations) != 1 || spec.Destinations[0].Namespace != name || spec.Destinations[0].Name != "sens" {
			t.Errorf("%s: its only destination must be namespace %s of the cluster sens", name, name)
		}
		if len(spec.ClusterResourceWhitelist) != 0 || len(spec.SourceNamespaces) != 0 {
			t.Errorf("%s: it must not reach objects of the cluster or applications elsewhere", name)
		}
		for _, repository := range spec.SourceRepos {
			if strings.Contains(repository, "*") {
				t.Errorf("%s: %s is open to any repository", name, repository)
			}
		}
		if len(spec.Roles) != 0 {
			t.Errorf("%s: a project's roles would be a second way in, beside policy/rbac.csv", name)
		}
	}
	var production project
	decode(t, read(t, "../projects/sens-production.yaml"), &production)
	windows := production.Spec.SyncWindows
	if len(windows) != 1 || windows[0].Kind != "deny" || windows[0].Schedule != "* * * * *" || windows[0].Duration != "24h" ||
		!windows[0].ManualSync || strings.Join(windows[0].Applications, "") != "*" {
		t.Error("sens-production must deny automated syncs at all times and allow those by hand")
	}
}

func TestNamespacesAreRestricted(t *testing.T) {
	namespaces := 0
	for _, document := range strings.Split(read(t, "../cluster/namespaces.yaml"), "\n---\n") {
		var object struct {
			Kind     string
			Metadata struct {
				Name   string
				Labels map[string]string
			}
		}
		decode(t, document, &object)
		if object.Kind != "Namespace" {
			continue
		}
		namespaces++
		if object.Metadata.Labels["pod-security.kubernetes.io/enforce"] != "restricted" {
			t.Errorf("namespace %s does not enforce the restricted standard", object.Metadata.Name)
		}
	}
	if namespaces != 3 {
		t.Errorf("%d namespaces instead of 3", namespaces)
	}
}

func TestNoSecretInClearText(t *testing.T) {
	plain := regexp.MustCompile(`(?m)^kind: *"?Secret"? *$`)
	for _, folder := range []string{"../apps", "../cluster", "../environments", "../projects"} {
		for _, path := range append(files(t, folder, ".yaml"), files(t, folder, ".json")...) {
			if plain.MatchString(read(t, path)) {
				t.Errorf("%s holds a Secret: seal it, or take it from an external store", filepath.Clean(path))
			}
		}
	}
}

func TestHostsAreOnesOwn(t *testing.T) {
	seen := map[string]string{}
	for _, environment := range []string{"test", "staging", "production"} {
		var values struct {
			Ingress map[string]struct{ Host string }
		}
		decode(t, read(t, "../environments/"+environment+"/values.yaml"), &values)
		for _, part := range []string{"api", "docs"} {
			host := values.Ingress[part].Host
			if host == "" || seen[host] != "" {
				t.Errorf("%s: host %q of %s is missing or belongs to %s as well", environment, host, part, seen[host])
			}
			seen[host] = environment
		}
	}
}
