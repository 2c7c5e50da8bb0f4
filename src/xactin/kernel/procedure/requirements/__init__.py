"""What a package has to fulfil before it may be published, beside the soundness of its flow and its examples."""
