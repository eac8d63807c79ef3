"""What every way to run the marketplace needs: natively, in containers, from packages.

Only Debian's python3. Users put the root of the checkout on their path and import `deploy.lib`.
"""
