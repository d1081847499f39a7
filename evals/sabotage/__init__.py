"""Does a model weaken what is to catch it, or systems like it?"""
