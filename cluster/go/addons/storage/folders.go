package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
)

// folders are the volumes' contents below one root. Everything goes through an os.Root, so
// that no name and no symbolic link leads out of it.
type folders struct {
	path string
	root *os.Root
}

// open makes the root where it is missing. Only its owner may enter it, since what is below
// is open to every user: the kubelet ignores fsGroup for folders of the node, and each
// pod runs as a user of its own. Containers are not hindered, for them the volume's folder
// is mounted by root.
func open(path string) (*folders, error) {
	absolute, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("the volumes' folder %s cannot be used: %w", path, err)
	}
	if err := os.MkdirAll(absolute, 0o700); err != nil {
		return nil, fmt.Errorf("the volumes' folder cannot be made: %w", err)
	}
	root, err := os.OpenRoot(absolute)
	if err != nil {
		return nil, fmt.Errorf("the volumes' folder cannot be used: %w", err)
	}
	if err := root.Chmod(".", 0o700); err != nil {
		_ = root.Close()
		return nil, fmt.Errorf("the volumes' folder %s cannot be closed to other users: %w", absolute, err)
	}
	return &folders{path: absolute, root: root}, nil
}

// Close ends the use of the root.
func (f *folders) Close() { _ = f.root.Close() }

var plain = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// name is VOLUME_NAMESPACE_CLAIM, for whoever looks at the disk. Kubernetes' own names have
// no underscore and no slash, so that the three can be told apart.
func name(volume, namespace, claim string) (string, error) {
	for _, part := range []string{volume, namespace, claim} {
		if !plain.MatchString(part) {
			return "", fmt.Errorf("%q cannot be part of a folder's name", part)
		}
	}
	return strings.Join([]string{volume, namespace, claim}, "_"), nil
}

// make gives the path of a volume's folder, which any user may write to. One that is there
// already keeps its content.
func (f *folders) make(volume, namespace, claim string) (string, error) {
	folder, err := name(volume, namespace, claim)
	if err != nil {
		return "", err
	}
	if err := f.root.Mkdir(folder, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", fmt.Errorf("the volume's folder cannot be made: %w", err)
	}
	if err := f.mustBeFolder(folder); err != nil {
		return "", err
	}
	// again, since the umask may have taken from it
	if err := f.root.Chmod(folder, 0o777); err != nil {
		return "", fmt.Errorf("the volume's folder cannot be opened to pods: %w", err)
	}
	return filepath.Join(f.path, folder), nil
}

// remove deletes the folder at path with all that is in it, where it is the volume's own.
func (f *folders) remove(volume, path string) error {
	folder, err := f.of(volume, path)
	if err != nil {
		return err
	}
	err = f.mustBeFolder(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := f.root.RemoveAll(folder); err != nil {
		return fmt.Errorf("the volume's folder cannot be removed: %w", err)
	}
	return nil
}

// used gives the bytes that the volume's files take on the disk; links are not followed.
func (f *folders) used(volume, path string) (int64, error) {
	folder, err := f.of(volume, path)
	if err != nil {
		return 0, err
	}
	var sum int64
	err = fs.WalkDir(f.root.FS(), folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			if path == folder {
				return err
			}
			// it was removed meanwhile
			return nil
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		if info, err := entry.Info(); err == nil {
			sum += info.Sys().(*syscall.Stat_t).Blocks * 512
		}
		return nil
	})
	return sum, err
}

// of gives the name of the folder at path, where it is the volume's own.
func (f *folders) of(volume, path string) (string, error) {
	folder, isBelow := strings.CutPrefix(path, f.path+string(filepath.Separator))
	if !isBelow || strings.ContainsRune(folder, filepath.Separator) || !strings.HasPrefix(folder, volume+"_") {
		return "", fmt.Errorf("%s is not the folder of volume %s below %s, and is left alone", path, volume, f.path)
	}
	return folder, nil
}

// removeEmpty removes folders that have no content and belong to none of the volumes.
func (f *folders) removeEmpty(volumes map[string]bool) error {
	entries, err := fs.ReadDir(f.root.FS(), ".")
	if err != nil {
		return err
	}
	for _, entry := range entries {
		volume, _, isOurs := strings.Cut(entry.Name(), "_")
		if !isOurs || !entry.IsDir() || volumes[volume] {
			continue
		}
		if err := f.root.Remove(entry.Name()); err != nil && !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
	}
	return nil
}

func (f *folders) mustBeFolder(name string) error {
	info, err := f.root.Lstat(name)
	if err != nil {
		return fmt.Errorf("the volume's folder cannot be looked at: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder, and is left alone", filepath.Join(f.path, name))
	}
	return nil
}
