package storage

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func opened(t *testing.T) *folders {
	t.Helper()
	f, err := open(filepath.Join(t.TempDir(), "volumes"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

func made(t *testing.T, f *folders) string {
	t.Helper()
	path, err := f.make("pvc-1", "shop", "data")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode().Perm()
}

func TestAnyUserMayFillAVolumeAndNoneMayEnterTheRoot(t *testing.T) {
	before := syscall.Umask(0o077)
	defer syscall.Umask(before)
	f := opened(t)
	path := made(t, f)
	if path != filepath.Join(f.path, "pvc-1_shop_data") {
		t.Fatalf("unexpected folder %s", path)
	}
	if mode(t, path) != 0o777 || mode(t, f.path) != 0o700 {
		t.Fatalf("volume %o, root %o", mode(t, path), mode(t, f.path))
	}
}

func TestARootThatWasOpenIsClosed(t *testing.T) {
	root := t.TempDir()
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	f, err := open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if mode(t, root) != 0o700 {
		t.Fatalf("mode %o", mode(t, root))
	}
}

func TestMakingAVolumeAgainKeepsWhatIsThere(t *testing.T) {
	f := opened(t)
	file := filepath.Join(made(t, f), "order")
	if err := os.WriteFile(file, []byte("1"), 0o600); err != nil {
		t.Fatal(err)
	}
	made(t, f)
	if content, err := os.ReadFile(file); err != nil || string(content) != "1" {
		t.Fatalf("content %q, error %v", content, err)
	}
}

func TestRemovingTakesEverythingAndMayBeRepeated(t *testing.T) {
	f := opened(t)
	path := made(t, f)
	if err := os.MkdirAll(filepath.Join(path, "deep", "down"), 0o700); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.remove("pvc-1", path); err != nil {
			t.Fatal(err)
		}
	}
	if left, _ := os.ReadDir(f.path); len(left) != 0 {
		t.Fatalf("left over: %v", left)
	}
}

func TestALinkInAVolumeIsRemovedAndNotFollowed(t *testing.T) {
	f := opened(t)
	path := made(t, f)
	outside := t.TempDir()
	kept := filepath.Join(outside, "kept")
	if err := os.WriteFile(kept, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(path, "link")); err != nil {
		t.Fatal(err)
	}
	if err := f.remove("pvc-1", path); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(kept); err != nil {
		t.Fatal(err)
	}
}

func TestALinkInPlaceOfAVolumeIsRefused(t *testing.T) {
	f := opened(t)
	outside := t.TempDir()
	if err := os.Chmod(outside, 0o750); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(f.path, "pvc-1_shop_data")
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	if _, err := f.make("pvc-1", "shop", "data"); err == nil {
		t.Error("it was taken for the volume's folder")
	}
	if f.remove("pvc-1", link) == nil {
		t.Error("it was removed")
	}
	if mode(t, outside) != 0o750 {
		t.Errorf("its target was changed to %o", mode(t, outside))
	}
}

func TestNothingButTheVolumesOwnFolderIsRemoved(t *testing.T) {
	f := opened(t)
	outside := filepath.Join(filepath.Dir(f.path), "pvc-1_shop_data")
	another := filepath.Join(f.path, "pvc-2_shop_data")
	inner := filepath.Join(f.path, "pvc-1_shop_data", "inner")
	for _, folder := range []string{outside, another, inner} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{
		outside,
		another,
		inner,
		f.path,
		f.path + "/",
		f.path + "/../pvc-1_shop_data",
		f.path + "/pvc-1_/../../pvc-1_shop_data",
		"pvc-1_shop_data",
		"",
	} {
		if f.remove("pvc-1", path) == nil {
			t.Errorf("%q was accepted", path)
		}
	}
	for _, folder := range []string{outside, another, inner} {
		if _, err := os.Stat(folder); err != nil {
			t.Error(err)
		}
	}
}

func TestANameThatLeavesTheRootIsRefused(t *testing.T) {
	f := opened(t)
	for _, claim := range []string{"../data", "a/b", "", "a_b", ".."} {
		if _, err := f.make("pvc-1", "shop", claim); err == nil {
			t.Errorf("%q was accepted", claim)
		}
	}
}

func TestOnlyEmptyFoldersWithoutAVolumeAreForgotten(t *testing.T) {
	f := opened(t)
	for _, folder := range []string{"unfinished_shop_data", "used_shop_data", "full_shop_data/content", "foreign"} {
		if err := os.MkdirAll(filepath.Join(f.path, folder), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.removeEmpty(map[string]bool{"used": true}); err != nil {
		t.Fatal(err)
	}
	for folder, isKept := range map[string]bool{
		"unfinished_shop_data": false, "used_shop_data": true, "full_shop_data/content": true, "foreign": true,
	} {
		if _, err := os.Stat(filepath.Join(f.path, folder)); (err == nil) != isKept {
			t.Errorf("%s: %v", folder, err)
		}
	}
}
