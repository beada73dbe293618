package check

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"testing"
)

type image struct{ Repository, Digest string }

type release struct {
	Version string
	GitSHA  string `json:"git_sha"`
	Chart   struct{ Path, Revision string }
	Images  map[string]image
}

type running struct {
	Version string
	GitSHA  string `json:"git_sha"`
}

type record struct {
	Record, Environment, Action, At, By string
	Deployment                          int
	To                                  running
	Evidence                            []string
}

// Which versions may run where.
var versions = map[string]*regexp.Regexp{
	"test":       regexp.MustCompile(`^\d+\.\d+\.\d+-alpha\.\d+\.\d+$`),
	"staging":    regexp.MustCompile(`^\d+\.\d+\.\d+-rc\.\d+$`),
	"production": regexp.MustCompile(`^\d+\.\d+\.\d+$`),
}

func parse(t *testing.T, path string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(read(t, path)), into); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
}

func TestWhatRunsIsWhatTheApplicationSays(t *testing.T) {
	for environment, version := range versions {
		folder := "../environments/" + environment
		if _, err := os.Stat(folder + "/release.json"); os.IsNotExist(err) {
			continue // nothing deployed yet
		}
		var found release
		parse(t, folder+"/release.json", &found)
		if !version.MatchString(found.Version) {
			t.Errorf("%s runs %s, which does not belong there", environment, found.Version)
		}
		sources := app(t, read(t, "../apps/sens-"+environment+".yaml")).Spec.Sources
		if len(sources) > 0 && sources[0].TargetRevision != found.Chart.Revision {
			t.Errorf("%s: the application takes the chart at %s, the release at %s", environment, sources[0].TargetRevision, found.Chart.Revision)
		}
		pinned := map[string]bool{}
		var values any
		parse(t, folder+"/values-release.json", &values)
		digests(values, pinned)
		for name, image := range found.Images {
			if !pinned[image.Digest] {
				t.Errorf("%s: the values do not pin %s at %s", environment, name, image.Digest)
			}
		}
		records := log(t, environment)
		if len(records) == 0 || records[len(records)-1].To.Version != found.Version {
			t.Errorf("%s runs %s, and the log does not end with it", environment, found.Version)
		}
	}
}

// Production runs what staging verified, image by image.
func TestPromotionsHaveEvidence(t *testing.T) {
	for _, environment := range []string{"staging", "production"} {
		for _, record := range log(t, environment) {
			if record.Action != "promote" {
				continue
			}
			if len(record.Evidence) == 0 {
				t.Errorf("%s: deployment %d was promoted without evidence", environment, record.Deployment)
			}
			for _, path := range record.Evidence {
				var evidence struct {
					Passed bool
					Images map[string]image
				}
				parse(t, filepath.Join("..", path), &evidence)
				if !evidence.Passed {
					t.Errorf("%s: deployment %d rests on %s, which did not pass", environment, record.Deployment, path)
				}
				var now release
				if _, err := os.Stat("../environments/" + environment + "/release.json"); err == nil {
					parse(t, "../environments/"+environment+"/release.json", &now)
				}
				if now.Version == record.To.Version && !reflect.DeepEqual(now.Images, evidence.Images) {
					t.Errorf("%s runs other images than %s is about", environment, path)
				}
			}
		}
	}
}

func log(t *testing.T, environment string) []record {
	t.Helper()
	var records []record
	folder := "../log/" + environment
	if _, err := os.Stat(folder); os.IsNotExist(err) {
		return nil
	}
	last := 0
	for _, path := range files(t, folder, ".json") {
		var found record
		parse(t, path, &found)
		if found.Record != "sens-deployment/1" || found.Environment != environment || found.By == "" || found.At == "" {
			t.Errorf("%s is no record of %s", path, environment)
		}
		if found.Deployment < last {
			t.Errorf("%s: the numbers of deployments only grow", path)
		}
		last = found.Deployment
		records = append(records, found)
	}
	return records
}

// digests collects every value of a key "digest".
func digests(values any, into map[string]bool) {
	object, ok := values.(map[string]any)
	if !ok {
		return
	}
	for key, value := range object {
		if text, ok := value.(string); ok && key == "digest" {
			into[text] = true
		}
		digests(value, into)
	}
}
