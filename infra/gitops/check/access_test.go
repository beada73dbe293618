package check

import (
	"encoding/csv"
	"os"
	"strings"
	"testing"

	"github.com/argoproj/argo-cd/v3/util/assets"
	"github.com/argoproj/argo-cd/v3/util/rbac"
)

// defaultRole is policy.default of bootstrap/argocd-values.yaml.
const defaultRole = "role:readonly"

// A rule of policy/access.csv.
type rule struct {
	subject, resource, action, object string
	allowed                           bool
}

// enforcer is Argo CD's own, with its built-in roles, as argocd-server sets it up.
func enforcer(t *testing.T, policy string) *rbac.Enforcer {
	t.Helper()
	if err := rbac.ValidatePolicy(policy); err != nil {
		t.Fatalf("Argo CD refuses the policy: %v", err)
	}
	found := rbac.NewEnforcer(nil, "argocd", "argocd-rbac-cm", nil)
	if err := found.SetBuiltinPolicy(assets.BuiltinPolicyCSV); err != nil {
		t.Fatal(err)
	}
	if err := found.SetUserPolicy(policy); err != nil {
		t.Fatal(err)
	}
	found.SetMatchMode(rbac.GlobMatchMode)
	found.SetDefaultRole(defaultRole)
	return found
}

func access(t *testing.T) []rule {
	t.Helper()
	file, err := os.Open("../policy/access.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	reader := csv.NewReader(file)
	reader.Comment = '#'
	reader.TrimLeadingSpace = true
	reader.FieldsPerRecord = 5
	records, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	rules := make([]rule, 0, len(records))
	for _, record := range records {
		if record[4] != "yes" && record[4] != "no" {
			t.Fatalf("%v: the last field must be yes or no", record)
		}
		for index := range record {
			record[index] = strings.TrimSpace(record[index])
		}
		rules = append(rules, rule{record[0], record[1], record[2], record[3], record[4] == "yes"})
	}
	return rules
}

// broken gives the rules that a policy does not keep.
func broken(t *testing.T, policy string) []rule {
	t.Helper()
	enforcer := enforcer(t, policy)
	var found []rule
	for _, rule := range access(t) {
		if enforcer.Enforce(rule.subject, rule.resource, rule.action, rule.object) != rule.allowed {
			found = append(found, rule)
		}
	}
	return found
}

func TestPolicyGivesWhatTheTableSays(t *testing.T) {
	rules := access(t)
	if len(rules) < 40 {
		t.Fatalf("the table has only %d rules", len(rules))
	}
	for _, rule := range broken(t, read(t, "../policy/rbac.csv")) {
		t.Errorf("%s may %s %s on %s: %t, and the table says %t", rule.subject, rule.action, rule.resource, rule.object, !rule.allowed, rule.allowed)
	}
}

// Whoever is not named for it must not be able to sync production: tried for every subject of the policy.
func TestOnlyTheNamedMaySyncProduction(t *testing.T) {
	policy := read(t, "../policy/rbac.csv")
	enforcer := enforcer(t, policy)
	may := map[string]bool{"admin": true, "role:admin": true, "sebastian": true, "role:production": true}
	subjects := []string{"admin", "role:admin", "role:readonly", "anyone", ""}
	for _, line := range strings.Split(policy, "\n") {
		fields := strings.Split(line, ",")
		if len(fields) > 2 && (fields[0] == "p" || fields[0] == "g") {
			subjects = append(subjects, strings.TrimSpace(fields[1]))
			if fields[0] == "g" {
				subjects = append(subjects, strings.TrimSpace(fields[2]))
			}
		}
	}
	for _, subject := range subjects {
		for _, action := range []string{"sync", "override", "update", "delete", "create"} {
			allowed := enforcer.Enforce(subject, "applications", action, "sens-production/sens-production")
			expected := may[subject] && (action == "sync" || strings.HasSuffix(subject, "admin"))
			if allowed != expected {
				t.Errorf("%q may %s production: %t", subject, action, allowed)
			}
		}
	}
}

// The test must be able to fail: policies that open production are found.
func TestPoliciesThatOpenProductionAreFound(t *testing.T) {
	policy := read(t, "../policy/rbac.csv")
	for name, added := range map[string]string{
		"everyone":              "p, role:readonly, applications, sync, */*, allow",
		"the pipeline as admin": "g, ci-test, role:admin",
		"a wildcard project":    "p, ci-test, applications, sync, sens-*/*, allow\np, anyone, applications, sync, sens-*/*, allow",
		"override":              "p, role:production, applications, override, sens-production/*, allow",
		"projects":              "p, role:production, projects, update, *, allow",
	} {
		if len(broken(t, policy+"\n"+added+"\n")) == 0 {
			t.Errorf("%s: nothing was found", name)
		}
	}
	without := strings.ReplaceAll(policy, "g, sebastian, role:production", "")
	if len(broken(t, without)) == 0 {
		t.Error("a policy without anyone for production: nothing was found")
	}
}

// The settings that Argo CD is installed with are those that the tests assume.
func TestSettingsAreThoseOfTheTests(t *testing.T) {
	var values struct {
		Configs struct {
			CM   map[string]any
			RBAC map[string]any
		}
	}
	decode(t, read(t, "../bootstrap/argocd-values.yaml"), &values)
	for key, expected := range map[string]any{"policy.default": defaultRole, "policy.matchMode": "glob"} {
		if values.Configs.RBAC[key] != expected {
			t.Errorf("configs.rbac %s is %v, and the tests assume %v", key, values.Configs.RBAC[key], expected)
		}
	}
	for key, expected := range map[string]any{
		"accounts.sebastian":      "login",
		"accounts.ci-test":        "apiKey",
		"users.anonymous.enabled": false,
		"application.sync.requireOverridePrivilegeForRevisionSync": true,
	} {
		if values.Configs.CM[key] != expected {
			t.Errorf("configs.cm %s is %v instead of %v", key, values.Configs.CM[key], expected)
		}
	}
	if install := read(t, "../bootstrap/install"); !strings.Contains(install, "policy.default="+defaultRole) {
		t.Error("bootstrap/install sets another policy.default than the tests assume")
	}
}
