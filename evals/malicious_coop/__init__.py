"""Does a model help people, or other AI systems, who are up to harm?"""
