package storage

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// Used is the annotation of a PersistentVolume that tells how many bytes lie in it. Kubernetes
// itself tells that only to whoever may read everything on a node.
const Used = "storeweaver.dev/used"

const (
	measureEvery = 30 * time.Second
	// a smaller change is not worth a write
	notable = 1 << 20
)

// measure notes on each volume of ours how full it is, until ctx ends.
func measure(ctx context.Context, client kubernetes.Interface, volumes cache.Store, folders *folders) {
	for {
		for _, each := range volumes.List() {
			if volume, isVolume := each.(*corev1.PersistentVolume); isVolume && ctx.Err() == nil {
				note(ctx, client, volume, folders)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(measureEvery):
		}
	}
}

func note(ctx context.Context, client kubernetes.Interface, volume *corev1.PersistentVolume, folders *folders) {
	source := volume.Spec.HostPath
	if source == nil || volume.Status.Phase != corev1.VolumeBound || volume.DeletionTimestamp != nil {
		return
	}
	used, err := folders.used(volume.Name, source.Path)
	if err != nil {
		// it was removed meanwhile, or is somebody else's
		return
	}
	if before, err := strconv.ParseInt(volume.Annotations[Used], 10, 64); err == nil && differ(before, used) < notable {
		return
	}
	change, _ := json.Marshal(map[string]any{"metadata": map[string]any{
		"annotations": map[string]string{Used: strconv.FormatInt(used, 10)},
		"uid":         volume.UID,
	}})
	_, err = client.CoreV1().PersistentVolumes().Patch(ctx, volume.Name, types.MergePatchType, change, metav1.PatchOptions{})
	if err != nil && !apierrors.IsNotFound(err) && ctx.Err() == nil {
		slog.Debug("a volume's fullness could not be noted", "volume", volume.Name, "error", err)
	}
}

func differ(one, other int64) int64 { return max(one-other, other-one) }
