package storage

import (
	"context"
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

func options(selectedNode string) controller.ProvisionOptions {
	return controller.ProvisionOptions{
		PVName:           "pvc-1",
		StorageClass:     &storagev1.StorageClass{},
		SelectedNodeName: selectedNode,
		PVC: &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Namespace: "shop", Name: "data"},
			Spec: corev1.PersistentVolumeClaimSpec{
				AccessModes: []corev1.PersistentVolumeAccessMode{corev1.ReadWriteOncePod},
				Resources: corev1.VolumeResourceRequirements{
					Requests: corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")},
				},
			},
		},
	}
}

func TestAVolumeIsWhatItsClaimAsksFor(t *testing.T) {
	p := provisioner{folders: opened(t), node: "node"}
	// with the node that the scheduler chose, and without one, for immediate binding
	for _, selected := range []string{"node", ""} {
		volume, state, err := p.Provision(context.Background(), options(selected))
		if err != nil || state != controller.ProvisioningFinished {
			t.Fatalf("state %s, error %v", state, err)
		}
		spec := volume.Spec
		capacity := spec.Capacity[corev1.ResourceStorage]
		values := spec.NodeAffinity.Required.NodeSelectorTerms[0].MatchExpressions[0].Values
		if capacity.String() != "1Gi" || spec.AccessModes[0] != corev1.ReadWriteOncePod ||
			spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimDelete || values[0] != "node" {
			t.Fatalf("unexpected %+v", spec)
		}
	}
}

func TestTheClassDecidesWhatBecomesOfTheVolume(t *testing.T) {
	p := provisioner{folders: opened(t), node: "node"}
	asked := options("node")
	asked.StorageClass.ReclaimPolicy = new(corev1.PersistentVolumeReclaimRetain)
	volume, _, err := p.Provision(context.Background(), asked)
	if err != nil || volume.Spec.PersistentVolumeReclaimPolicy != corev1.PersistentVolumeReclaimRetain {
		t.Fatalf("%+v, %v", volume, err)
	}
}

func TestAPodOnAnotherNodeIsPlacedAgain(t *testing.T) {
	p := provisioner{folders: opened(t), node: "node"}
	if _, state, err := p.Provision(context.Background(), options("other")); err == nil || state != controller.ProvisioningReschedule {
		t.Fatalf("state %s, error %v", state, err)
	}
}

func TestWithoutANodeEveryNodeHasTheVolume(t *testing.T) {
	p := provisioner{folders: opened(t)}
	volume, _, err := p.Provision(context.Background(), options("any"))
	if err != nil || volume.Spec.NodeAffinity != nil {
		t.Fatalf("%+v, %v", volume, err)
	}
}

func TestAClaimForContentIsRefused(t *testing.T) {
	p := provisioner{folders: opened(t), node: "node"}
	for name, change := range map[string]func(*corev1.PersistentVolumeClaimSpec){
		"selector":  func(s *corev1.PersistentVolumeClaimSpec) { s.Selector = &metav1.LabelSelector{} },
		"source":    func(s *corev1.PersistentVolumeClaimSpec) { s.DataSource = &corev1.TypedLocalObjectReference{} },
		"reference": func(s *corev1.PersistentVolumeClaimSpec) { s.DataSourceRef = &corev1.TypedObjectReference{} },
	} {
		asked := options("node")
		change(&asked.PVC.Spec)
		if _, _, err := p.Provision(context.Background(), asked); err == nil {
			t.Errorf("%s: it was accepted", name)
		}
	}
}

func TestAVolumeOfAnotherKindIsLeftToOthers(t *testing.T) {
	p := provisioner{folders: opened(t), node: "node"}
	err := p.Delete(context.Background(), &corev1.PersistentVolume{})
	if _, isIgnored := errors.AsType[*controller.IgnoredError](err); !isIgnored {
		t.Fatalf("unexpected %v", err)
	}
}
