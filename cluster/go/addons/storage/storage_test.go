package storage

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func options(namespace, claim string) controller.ProvisionOptions {
	return controller.ProvisionOptions{
		PVName:       "pvc-1",
		StorageClass: &storagev1.StorageClass{},
		PVC: &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: claim},
		},
	}
}

func TestAVolumeIsAFolderThatAnyUserMayFill(t *testing.T) {
	folders := Folders{Root: t.TempDir(), Node: "node"}
	volume, _, err := folders.Provision(context.Background(), options("shop", "data"))
	if err != nil {
		t.Fatal(err)
	}
	path := volume.Spec.HostPath.Path
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o777 {
		t.Fatalf("mode %v, error %v", info.Mode(), err)
	}
	if path != filepath.Join(folders.Root, "pvc-1_shop_data") {
		t.Fatalf("unexpected folder %s", path)
	}
}

func TestProvisioningAgainKeepsWhatIsThere(t *testing.T) {
	folders := Folders{Root: t.TempDir(), Node: "node"}
	volume, _, _ := folders.Provision(context.Background(), options("shop", "data"))
	file := filepath.Join(volume.Spec.HostPath.Path, "order")
	if err := os.WriteFile(file, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := folders.Provision(context.Background(), options("shop", "data")); err != nil {
		t.Fatal(err)
	}
	if content, err := os.ReadFile(file); err != nil || string(content) != "1" {
		t.Fatalf("content %q, error %v", content, err)
	}
}

func TestDeletingRemovesEverythingAndMayBeRepeated(t *testing.T) {
	folders := Folders{Root: t.TempDir(), Node: "node"}
	volume, _, _ := folders.Provision(context.Background(), options("shop", "data"))
	volume.Name = "pvc-1"
	_ = os.MkdirAll(filepath.Join(volume.Spec.HostPath.Path, "deep", "down"), 0o700)
	for range 2 {
		if err := folders.Delete(context.Background(), volume); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := os.ReadDir(folders.Root); len(left) != 0 {
		t.Fatalf("left over: %v", left)
	}
}

func TestNothingOutsideTheRootIsDeleted(t *testing.T) {
	outside := t.TempDir()
	folders := Folders{Root: t.TempDir(), Node: "node"}
	for _, path := range []string{outside, folders.Root, folders.Root + "/../" + filepath.Base(outside), folders.Root + "/other_shop_data"} {
		volume := &corev1.PersistentVolume{ObjectMeta: metav1.ObjectMeta{Name: "pvc-1"}}
		volume.Spec.HostPath = &corev1.HostPathVolumeSource{Path: path}
		if err := folders.Delete(context.Background(), volume); err == nil {
			t.Errorf("%s was accepted", path)
		}
	}
	if _, err := os.Stat(outside); err != nil {
		t.Fatal(err)
	}
}

func TestANameThatLeavesTheRootIsRefused(t *testing.T) {
	folders := Folders{Root: t.TempDir(), Node: "node"}
	for _, claim := range []string{"../data", "a/b", "", "a_b"} {
		if _, _, err := folders.Provision(context.Background(), options("shop", claim)); err == nil {
			t.Errorf("%q was accepted", claim)
		}
	}
}
