package storage

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes/fake"
)

func TestAVolumeTellsHowFullItIs(t *testing.T) {
	f := opened(t)
	path := made(t, f)
	volume := &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: "pvc-1"},
		Spec: corev1.PersistentVolumeSpec{PersistentVolumeSource: corev1.PersistentVolumeSource{
			HostPath: &corev1.HostPathVolumeSource{Path: path},
		}},
		Status: corev1.PersistentVolumeStatus{Phase: corev1.VolumeBound},
	}
	client := fake.NewClientset(volume)
	told := func() string {
		note(context.Background(), client, volume, f)
		found, err := client.CoreV1().PersistentVolumes().Get(context.Background(), "pvc-1", metav1.GetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		volume = found
		return found.Annotations[Used]
	}
	fill(t, filepath.Join(path, "orders"), 3<<20)
	if used := told(); used != "3145728" {
		t.Fatalf("%s bytes", used)
	}
	// what hardly changes is not written
	fill(t, filepath.Join(path, "more"), 4096)
	if used := told(); used != "3145728" {
		t.Fatalf("%s bytes", used)
	}
	if err := os.Remove(filepath.Join(path, "orders")); err != nil {
		t.Fatal(err)
	}
	if used := told(); used != "4096" {
		t.Fatalf("%s bytes", used)
	}
}

func TestWhatAVolumeLinksToIsNotInIt(t *testing.T) {
	f := opened(t)
	path := made(t, f)
	outside := filepath.Join(t.TempDir(), "large")
	fill(t, outside, 1<<20)
	if err := os.Symlink(outside, filepath.Join(path, "link")); err != nil {
		t.Fatal(err)
	}
	if used, err := f.used("pvc-1", path); err != nil || used >= 1<<20 {
		t.Fatalf("%d bytes, %v", used, err)
	}
	if _, err := f.used("pvc-1", outside); err == nil {
		t.Fatal("a folder of somebody else was measured")
	}
}

func fill(t *testing.T, path string, size int) {
	t.Helper()
	if err := os.WriteFile(path, make([]byte, size), 0o600); err != nil {
		t.Fatal(err)
	}
}
