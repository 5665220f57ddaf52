package storage

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// provisioner answers claims with folders of the node; an empty node stands for every one.
type provisioner struct {
	folders *folders
	node    string
}

// Provision makes the folder; called again after a crash it takes the one that is there.
func (p provisioner) Provision(_ context.Context, options controller.ProvisionOptions) (
	*corev1.PersistentVolume, controller.ProvisioningState, error,
) {
	claim := options.PVC
	if err := acceptable(claim); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if p.node != "" && options.SelectedNodeName != "" && options.SelectedNodeName != p.node {
		return nil, controller.ProvisioningReschedule,
			fmt.Errorf("volumes are on the node %s, and the pod was placed on %s", p.node, options.SelectedNodeName)
	}
	path, err := p.folders.make(options.PVName, claim.Namespace, claim.Name)
	if err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	return p.volume(options, path), controller.ProvisioningFinished, nil
}

// acceptable refuses a claim that an empty folder would not fulfil.
func acceptable(claim *corev1.PersistentVolumeClaim) error {
	switch {
	case claim.Spec.Selector != nil:
		return errors.New("a claim with a selector asks for a volume that exists; folders are made anew")
	case claim.Spec.DataSource != nil || claim.Spec.DataSourceRef != nil:
		return errors.New("a folder cannot be made from a snapshot or from another claim")
	}
	return nil
}

// volume is of type hostPath and not local: for local ones the kubelet would mount each
// folder once more, to be undone after every crash, and change the owner and mode of all
// that is in it at each start of a pod with an fsGroup, which PostgreSQL refuses.
func (p provisioner) volume(options controller.ProvisionOptions, path string) *corev1.PersistentVolume {
	directory := corev1.HostPathDirectory
	policy := corev1.PersistentVolumeReclaimDelete
	if options.StorageClass.ReclaimPolicy != nil {
		policy = *options.StorageClass.ReclaimPolicy
	}
	claim := options.PVC
	return &corev1.PersistentVolume{
		ObjectMeta: metav1.ObjectMeta{Name: options.PVName},
		Spec: corev1.PersistentVolumeSpec{
			PersistentVolumeReclaimPolicy: policy,
			AccessModes:                   claim.Spec.AccessModes,
			VolumeMode:                    claim.Spec.VolumeMode,
			Capacity: corev1.ResourceList{
				corev1.ResourceStorage: claim.Spec.Resources.Requests[corev1.ResourceStorage],
			},
			PersistentVolumeSource: corev1.PersistentVolumeSource{
				HostPath: &corev1.HostPathVolumeSource{Path: path, Type: &directory},
			},
			NodeAffinity: p.affinity(),
		},
	}
}

func (p provisioner) affinity() *corev1.VolumeNodeAffinity {
	if p.node == "" {
		return nil
	}
	return &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
		NodeSelectorTerms: []corev1.NodeSelectorTerm{{
			MatchExpressions: []corev1.NodeSelectorRequirement{{
				Key: corev1.LabelHostname, Operator: corev1.NodeSelectorOpIn, Values: []string{p.node},
			}},
		}},
	}}
}

// Delete removes the folder with all that is in it; one that is gone already is no error.
func (p provisioner) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	source := volume.Spec.HostPath
	if source == nil {
		return &controller.IgnoredError{Reason: "the volume is not a folder"}
	}
	return p.folders.remove(volume.Name, source.Path)
}
