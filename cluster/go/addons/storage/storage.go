// Package storage provisions a folder of the node for each PersistentVolumeClaim.
package storage

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	"sigs.k8s.io/sig-storage-lib-external-provisioner/v13/controller"
)

// Name is the provisioner's, as StorageClasses name it.
const Name = "storeweaver.dev/folder"

// Run provisions until ctx ends.
func Run(ctx context.Context, arguments []string) error {
	flags := flag.NewFlagSet("storage", flag.ExitOnError)
	kubeconfig := flags.String("kubeconfig", "", "how to reach the API server")
	root := flags.String("root", "", "folder below which the volumes are made")
	node := flags.String("node", "", "name of the node that has the folder")
	health := flags.String("health", "", "address of /healthz and /readyz, HOST:PORT")
	_ = flags.Parse(arguments)
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		return fmt.Errorf("the kubeconfig %s cannot be used: %w", *kubeconfig, err)
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	if *health != "" {
		listener, err := net.Listen("tcp", *health)
		if err != nil {
			return fmt.Errorf("the health address cannot be used: %w", err)
		}
		ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
		go func() { _ = http.Serve(listener, ok) }()
	}
	provisioner := Folders{Root: filepath.Clean(*root), Node: *node}
	controller.NewProvisionController(
		ctx, client, Name, provisioner, controller.LeaderElection(false),
	).Run(ctx)
	return nil
}

// Folders makes volumes below Root on the one Node.
type Folders struct {
	Root string
	Node string
}

var safe = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$`)

// folder is where a volume's content lies: VOLUME_NAMESPACE_CLAIM. Kubernetes' own names
// hold no underscore and no slash, so that the three can be told apart.
func (f Folders) folder(volume, namespace, claim string) (string, error) {
	for _, name := range []string{volume, namespace, claim} {
		if !safe.MatchString(name) {
			return "", fmt.Errorf("the name %q cannot be part of a folder's name", name)
		}
	}
	return filepath.Join(f.Root, strings.Join([]string{volume, namespace, claim}, "_")), nil
}

// Provision makes the folder; called again after a crash it takes the one that is there.
func (f Folders) Provision(_ context.Context, options controller.ProvisionOptions) (
	*corev1.PersistentVolume, controller.ProvisioningState, error,
) {
	claim := options.PVC
	folder, err := f.folder(options.PVName, claim.Namespace, claim.Name)
	if err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	if err := os.Mkdir(folder, 0o777); err != nil && !os.IsExist(err) {
		return nil, controller.ProvisioningFinished, fmt.Errorf("the volume's folder cannot be made: %w", err)
	}
	// fsGroup does not apply to folders of the node, and each pod runs as a user of its
	// own; the root above lets nobody else in
	if err := os.Chmod(folder, 0o777); err != nil {
		return nil, controller.ProvisioningFinished, err
	}
	directory := corev1.HostPathDirectory
	policy := corev1.PersistentVolumeReclaimDelete
	if options.StorageClass.ReclaimPolicy != nil {
		policy = *options.StorageClass.ReclaimPolicy
	}
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
				HostPath: &corev1.HostPathVolumeSource{Path: folder, Type: &directory},
			},
			NodeAffinity: &corev1.VolumeNodeAffinity{Required: &corev1.NodeSelector{
				NodeSelectorTerms: []corev1.NodeSelectorTerm{{
					MatchExpressions: []corev1.NodeSelectorRequirement{{
						Key:      corev1.LabelHostname,
						Operator: corev1.NodeSelectorOpIn,
						Values:   []string{f.Node},
					}},
				}},
			}},
		},
	}, controller.ProvisioningFinished, nil
}

// Delete removes the folder with all that is in it; one that is gone already is no error.
func (f Folders) Delete(_ context.Context, volume *corev1.PersistentVolume) error {
	source := volume.Spec.HostPath
	if source == nil {
		return &controller.IgnoredError{Reason: "the volume is not a folder"}
	}
	folder := filepath.Clean(source.Path)
	if filepath.Dir(folder) != f.Root || !strings.HasPrefix(filepath.Base(folder), volume.Name+"_") {
		return fmt.Errorf("%s is not a volume's folder below %s, and is left alone", folder, f.Root)
	}
	if err := os.RemoveAll(folder); err != nil {
		return fmt.Errorf("the volume's folder cannot be removed: %w", err)
	}
	return nil
}
