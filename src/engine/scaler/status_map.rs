//! What the autoscaler publishes of itself: the config map `cluster-autoscaler-status`.
