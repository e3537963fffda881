//! Starting points: the examples of the source document, each with the cluster that it presumes.
//!
//! The document's examples are separate; they reuse one pool name. Each starting point is a script
//! that is played first, and the lines to try from there, as the document has them.

/// A line to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// The command line.
    pub line: &'static str,
    /// Its effect, in a few words.
    pub caption: &'static str,
}

/// A starting point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// Its name in links.
    pub id: &'static str,
    /// Its name in the picker.
    pub title: &'static str,
    /// One sentence about it.
    pub summary: &'static str,
    /// The script that is played first and leads to the starting point.
    pub setup: &'static str,
    /// Lines to try from there.
    pub steps: &'static [Step],
    /// The ways that are shown beside it, as [`super::verdict::parse_ways`] reads them; none if it is empty.
    pub compare: &'static str,
}

const CREATE: Step = Step {
    line: "az aks create --enable-cluster-autoscaler --min-count 1 --max-count 100 --scale-down-mode delete --cluster-name myAKSCluster --resource-group myResourceGroup",
    caption: "create an autoscaled cluster that deletes on scale-down",
};
const ADD_AUTOSCALED: Step = Step {
    line: "az aks nodepool add --enable-cluster-autoscaler --min-count 1 --max-count 100 --scale-down-mode delete --node-pool nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
    caption: "add an autoscaled pool that deletes on scale-down",
};
const ADD_FIFTY: Step = Step {
    line: "az aks nodepool add --node-count 50 --scale-down-policy deallocate --node-pool nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
    caption: "add 50 nodes that deallocate on scale-down",
};
const DOWN_TO_FIVE: Step = Step {
    line: "az aks nodepool update --node-count 5 --node-pool nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup --no-wait",
    caption: "scale to 5: 45 nodes freeze",
};
const UP_TO_TWENTY: Step = Step {
    line: "az aks nodepool scale --node-count 20 --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
    caption: "scale to 20: 15 nodes thaw, none is built",
};
const UP_TO_SIXTY: Step = Step {
    line: "az aks nodepool scale --node-count 60 --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
    caption: "scale to 60: thaw what is frozen, build only the rest",
};
const TO_DELETE: Step = Step {
    line: "az aks nodepool update --scale-down-mode delete --node-pool nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
    caption: "change the mode to delete: the frozen nodes go",
};

/// The set-up that creates the cluster which the document presumes; AKS hosts its system pool.
const PRESUMED: &str = "sim cluster myResourceGroup/myAKSCluster";

/// All starting points, in the order of the picker.
pub const EXAMPLES: &[Example] = &[
    FIRST,
    DAY,
    Example {
        id: "deallocate",
        title: "Deallocating by hand",
        summary: "50 nodes, scaled to 5: the other 45 are stopped with their images cached.",
        setup: PRESUMED,
        steps: &[ADD_FIFTY, DOWN_TO_FIVE, UP_TO_TWENTY, UP_TO_SIXTY, TO_DELETE],
        compare: "",
    },
    Example {
        id: "scale-down",
        title: "A pool of 50, before scaling down",
        summary: "The pool of the document's third part, with all its 50 nodes running.",
        setup: concat!(
            "sim cluster myResourceGroup/myAKSCluster\n",
            "az aks nodepool add --node-count 50 --scale-down-mode Deallocate --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup -o none",
        ),
        steps: &[DOWN_TO_FIVE, UP_TO_TWENTY, UP_TO_SIXTY, TO_DELETE],
        compare: "",
    },
    Example {
        id: "frozen",
        title: "45 frozen nodes",
        summary: "5 nodes run, 45 lie deallocated: thaw them, or delete them by changing the mode.",
        setup: concat!(
            "sim cluster myResourceGroup/myAKSCluster\n",
            "az aks nodepool add --node-count 50 --scale-down-mode Deallocate --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup -o none\n",
            "az aks nodepool scale --node-count 5 --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup -o none",
        ),
        steps: &[UP_TO_TWENTY, UP_TO_SIXTY, TO_DELETE],
        compare: "",
    },
    Example {
        id: "delete-default",
        title: "Delete, the default",
        summary: "An autoscaled pool whose nodes are deleted on scale-down.",
        setup: PRESUMED,
        steps: &[ADD_AUTOSCALED],
        compare: "",
    },
    Example {
        id: "office-hours",
        title: "A working day, autoscaled",
        summary: "Pods come at eight and go at six. The autoscaler thaws and freezes nodes for them.",
        setup: concat!(
            "sim cluster myResourceGroup/myAKSCluster\n",
            "az aks nodepool add --node-count 2 --enable-cluster-autoscaler --min-count 2 --max-count 40 --scale-down-mode Deallocate --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup -o none",
        ),
        steps: &[
            Step { line: "sim load office-hours 8 200", caption: "let work come: 8 pods at night, 200 by day" },
            Step { line: "wait 24h", caption: "watch a day pass, or skip ahead" },
            Step { line: "sim why pool nodepool1", caption: "ask why the pool does what it does" },
            Step { line: "kubectl get nodes", caption: "see what Kubernetes makes of it" },
        ],
        compare: "",
    },
    Example {
        id: "create",
        title: "A new cluster",
        summary: "An empty subscription: install the extension and create the cluster yourself.",
        setup: "",
        steps: &[
            Step {
                line: "az extension add --name aks-preview",
                caption: "install the extension that the document asks for",
            },
            Step { line: "az extension update --name aks-preview", caption: "bring it up to date" },
            CREATE,
        ],
        compare: "",
    },
];

/// The example that the page begins with. Nothing exists, so that any of the document's lines
/// that add or create can be the first; the cluster that it presumes is put in place when it is needed.
pub const FIRST: Example = Example {
    id: "document",
    title: "Scale-down mode in four lines",
    summary: "Add 50 nodes, freeze 45, thaw some, let the rest go.",
    setup: "",
    // In today's spelling: whoever comes for the first time is not to be met by warnings.
    steps: &[
        Step {
            line: "az aks nodepool add --node-count 50 --scale-down-mode Deallocate --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
            ..ADD_FIFTY
        },
        Step {
            line: "az aks nodepool scale --node-count 5 --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
            ..DOWN_TO_FIVE
        },
        UP_TO_TWENTY,
        Step {
            line: "az aks nodepool update --scale-down-mode Delete --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup",
            ..TO_DELETE
        },
    ],
    compare: "",
};

/// A day that is over, in three ways: the question that Scale-down Mode answers.
pub const DAY: Example = Example {
    id: "day",
    title: "A working day: always on, Delete, Deallocate",
    summary: "Pods come at eight and go at six. What each way costs, and how long they wait.",
    setup: concat!(
        "sim cluster myResourceGroup/myAKSCluster\n",
        "az aks nodepool add --node-count 34 --scale-down-mode Deallocate --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup -o none\n",
        "az aks nodepool scale --node-count 2 --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup -o none\n",
        "az aks nodepool update --enable-cluster-autoscaler --min-count 2 --max-count 40 --name nodepool1 --cluster-name myAKSCluster --resource-group myResourceGroup -o none\n",
        "sim load office-hours 8 200 --begin 6:00\n",
        "wait 24h",
    ),
    steps: &[],
    compare: "Delete,always-on",
};

/// Returns an example by its id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.id == id)
}
